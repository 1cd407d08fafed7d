import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, histogram, type Snapshot, ThreadStats } from "../../mod.ts";
import type { ThreadStatsHandle } from "../../mod.ts";
import { startWorker } from "../support/worker.ts";
import { scaled } from "./scale.ts";

/** Threads that define metrics. */
async function startDefiners(handle: ThreadStatsHandle, threads: number) {
  const ready = new SharedArrayBuffer(4);
  const url = new URL("./workers/definitions.ts", import.meta.url);
  const workers = await Promise.all(
    Array.from(
      { length: threads },
      (_, index) => startWorker(url, { handle, ready, threads, index }),
    ),
  );
  return {
    callAll: <Result>(name: string, ...args: unknown[]) =>
      Promise.all(workers.map((worker) => worker.call<Result>(name, ...args))),
    end: async () => {
      for (const worker of workers) await worker[Symbol.asyncDispose]();
    },
  };
}

describe("ThreadStats.extend()", () => {
  it("defines 1,000 metrics once each when 8 threads do so at once", async () => {
    const threads = 8;
    const count = Math.max(200, Math.min(1000, scaled(1000)));
    const stats = ThreadStats.create(defineSchema({}));
    const definers = await startDefiners(stats.handle, threads);
    try {
      await definers.callAll("defineAll", count);
    } finally {
      await definers.end();
    }
    const { metrics, self } = stats.snapshot() as Snapshot;
    assertEquals(Object.keys(metrics).length, count);
    for (let n = 0; n < count; n++) assertEquals(metrics[`metric${n}`].series[0].value, threads);
    // A definition block for each metric, and cells in each thread.
    const most = count * (1024 + threads * 64) + 2 ** 17;
    assert(self.arena.usedBytes < most, `${self.arena.usedBytes} of ${most} bytes`);
  });

  it("takes one of two metrics whose names are the same outside, however close in time", async () => {
    const threads = 4;
    const rounds = Math.min(400, scaled(400));
    const stats = ThreadStats.create(defineSchema({}), { maxMetrics: 2 * rounds + 2 });
    const definers = await startDefiners(stats.handle, threads);
    let refused: number[][];
    try {
      refused = await definers.callAll<number[]>("collide", rounds);
    } finally {
      await definers.end();
    }
    const names = new Set(Object.keys(stats.snapshot().metrics));
    assertEquals(names.size, 2 * rounds);
    for (let n = 0; n < rounds; n++) {
      const winner = names.has(`lastSeen${n}`) ? 0 : 1;
      assert(names.has(winner === 0 ? `lastSeen${n}` : `last_seen${n}`));
      // All of a schema, or nothing of it.
      assert(names.has(`of${winner}In${n}`));
      for (let thread = 0; thread < threads; thread++) {
        assertEquals(refused[thread].includes(n), thread % 2 !== winner);
      }
    }
  });

  it("costs a thread memory only for the metrics that it updates", () => {
    const metrics = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [
      `metric${n}`,
      n % 2 === 0 ? counter() : histogram({ lowest: 1, highest: 1e9 }),
    ]));
    const threads = 300;
    const stats = ThreadStats.create(defineSchema(metrics), { maxThreads: threads });
    const usedBytes = () => stats.snapshot().self.arena.usedBytes;
    const before = usedBytes();
    // deno-lint-ignore no-explicit-any -- the names are made
    const writers = Array.from({ length: threads }, () => stats.registerThread().metrics as any);
    const registered = usedBytes();
    assert(registered - before <= threads * 512 + 128, `${registered - before} bytes`);
    for (const { metric0, metric100, metric200, metric498 } of writers) {
      for (const written of [metric0, metric100, metric200, metric498]) written.add(1);
    }
    const used = usedBytes() - registered;
    // The cells are in the block. The table of columns reaches to the highest metric that the
    // thread updates, and grows by segments that double in size: 1 KiB and 4 KiB here.
    assert(used <= threads * 5 * 1024, `${used} bytes`);
    assertEquals(Number(stats.metrics.metric498.read()), threads);
  });
});
