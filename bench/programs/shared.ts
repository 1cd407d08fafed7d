/**
 * Shared memory without the library: a lock for each record, and bare atomic cells.
 *
 * @module
 */

import { Mutex } from "../mutex.ts";
import { fresh, increments, type Loop, mask, sumOf } from "./loop.ts";
import { burst, records } from "./inputs.ts";

/** A lock and the four cells that it guards, 256 bytes from the next one. */
interface Locked {
  readonly mutex: Mutex;
  readonly cells: Float64Array;
}

function makeLocked(buckets: number): Locked[] {
  return Array.from({ length: buckets }, () => {
    const memory = new SharedArrayBuffer(256);
    return { mutex: new Mutex(new Int32Array(memory)), cells: new Float64Array(memory, 128, 4) };
  });
}

function result(all: readonly Locked[], run: Loop["run"]): Loop {
  const total = () => sumOf(all.map(({ cells }) => cells[1]));
  return { run, total, perRound: sumOf(records.bytes) };
}

/** A lock that nobody else wants, and four additions. */
export function lockedUpdate(buckets: number): Loop {
  const all = makeLocked(buckets);
  const change = fresh((
    all: readonly Locked[],
    { bytes, times }: typeof records,
    mask: number,
  ) =>
  (updates: number, which: number) => {
    for (let i = 0; i < updates; i++) {
      const { mutex, cells } = all[i & which];
      const delta = { packets: 1, bytes: bytes[i & mask], errors: i & 1, time: times[i & mask] };
      mutex.lock();
      cells[0] += delta.packets;
      cells[1] += delta.bytes;
      cells[2] += delta.errors;
      cells[3] += delta.time;
      mutex.unlock();
    }
  })(all, records, mask);
  return result(all, (updates) => change(updates, buckets - 1));
}

/** The same with the lock taken once for 32 changes. */
export function lockedBurst(): Loop {
  const all = makeLocked(4);
  const run = fresh((
    all: readonly Locked[],
    { bytes, times }: typeof records,
    { mask, burst }: { mask: number; burst: number },
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates;) {
      const { mutex, cells } = all[(i >> 5) & 3];
      mutex.lock();
      for (let j = 0; j < burst; j++, i++) {
        const delta = { packets: 1, bytes: bytes[i & mask], errors: i & 1, time: times[i & mask] };
        cells[0] += delta.packets;
        cells[1] += delta.bytes;
        cells[2] += delta.errors;
        cells[3] += delta.time;
      }
      mutex.unlock();
    }
  })(all, records, { mask, burst });
  return result(all, run);
}

/** A lock and one addition. */
export function lockedAddition(): Loop {
  const all = makeLocked(1);
  const run = fresh((
    { mutex, cells }: Locked,
    values: readonly number[],
    mask: number,
  ) =>
  (updates: number) => {
    for (let i = 0; i < updates; i++) {
      mutex.lock();
      cells[1] += values[i & mask];
      mutex.unlock();
    }
  })(all[0], increments.whole, mask);
  return result(all, run);
}

/** `Atomics.add` to a cell of 64 bits takes a `bigint`; this is one of 32 bits, which overflows. */
export function atomicAddition(): Loop {
  const cells = new Int32Array(new SharedArrayBuffer(4));
  let rounds = 0;
  const add = fresh(
    (cells: Int32Array, values: readonly number[], mask: number) => (updates: number) => {
      for (let i = 0; i < updates; i++) Atomics.add(cells, 0, values[i & mask]);
    },
  )(cells, increments.whole, mask);
  const perRound = sumOf(increments.whole);
  return {
    run(updates) {
      add(updates);
      rounds += updates / (mask + 1);
    },
    // The lower 32 bits must agree; then the total is what they stand for.
    total: () => cells[0] === ((rounds * perRound) | 0) ? rounds * perRound : NaN,
    perRound,
  };
}
