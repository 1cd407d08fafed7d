/**
 * Measures what a function allocates per call, so that a test can assert "none" without a profiler.
 *
 * @module
 */

import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const attempts = 5;
const batch = 10_000;
/** Small enough that most batches of an allocating function end before the young space is full. */
const batches = 100;

/** The size of `{ a: 1 }` in JSC: a header, no butterfly, one slot, rounded up to whole cells. */
const jscProbeBytes = 32;
/** The fewest calls without a collection that count as none. */
const jscLimit = 20_000_000;

/**
 * Bytes that `fn` allocates per call, on average over a million calls, after a warm-up. The least
 * of several attempts, since the engine may compile in the background or collect in between; below
 * 1 means none, and an allocation is found whatever its kind: the smallest takes 8 bytes.
 *
 * `fn` is called some ten million times. An optimizing compiler removes objects that go nowhere:
 * what must count has to escape.
 */
export async function allocatedBytesPerCall(fn: () => void): Promise<number> {
  const measure = "Bun" in globalThis ? await jscMeter() : measureV8;
  let least = Infinity;
  for (let attempt = 0; attempt < attempts && least > 0.5; attempt++) {
    for (let i = 0; i < batch * 20; i++) fn();
    // Lets finished compilations be installed.
    await new Promise((resolve) => setTimeout(resolve, 1));
    least = Math.min(least, measure(fn));
  }
  return least;
}

/** Bytes of private memory that are reachable: after a whole collection. */
export async function heapUsed(): Promise<number> {
  if ("Bun" in globalThis) {
    const { fullGC, heapSize }: Jsc = await import("bun:" + "jsc");
    fullGC();
    return heapSize();
  }
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed;
}

/** V8 counts every allocation at once; a batch in which it collected is left out. */
function measureV8(fn: () => void): number {
  let bytes = 0;
  let counted = 0;
  for (let i = 0; i < batches; i++) {
    const before = process.memoryUsage().heapUsed;
    for (let j = 0; j < batch; j++) fn();
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) {
      bytes += grown;
      counted += batch;
    }
  }
  return counted === 0 ? Infinity : bytes / counted;
}

interface Jsc {
  fullGC(): void;
  heapSize(): number;
}

/**
 * JSC brings its figures up to date at a collection only. So the calls between two collections are
 * counted, and compared with those of a function whose allocations are known: the space that one
 * collection makes room for is the same for both.
 */
async function jscMeter(): Promise<(fn: () => void) => number> {
  const { fullGC, heapSize }: Jsc = await import("bun:" + "jsc");

  const ring: unknown[] = new Array(1024).fill(0);
  let calls = 0;
  const probe = () => {
    ring[calls++ & 1023] = { a: calls };
  };

  let survivors: unknown[] = [];
  function callsUntilCollection(fn: () => void, limit: number): number {
    survivors = [];
    fullGC();
    // Not in the figure until the next collection finds them alive: that is how it is noticed.
    survivors = Array.from({ length: 1000 }, (_, i) => ({ i, survivors }));
    const size = heapSize();
    let count = 0;
    while (count < limit && heapSize() === size) {
      for (let j = 0; j < batch; j++) fn();
      count += batch;
    }
    return count;
  }

  callsUntilCollection(probe, jscLimit);
  const room = callsUntilCollection(probe, jscLimit) * jscProbeBytes;
  // So many that a byte each would have filled the room, which is the larger the more the process
  // has allocated before.
  const limit = Math.max(jscLimit, 1.5 * room);
  return (fn) => {
    const count = callsUntilCollection(fn, limit);
    return count < limit ? room / count : 0;
  };
}
