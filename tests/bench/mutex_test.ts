import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { startWorker } from "../support/worker.ts";
import { Mutex } from "../../bench/mutex.ts";

const worker = new URL("./mutex_worker.ts", import.meta.url);

describe("Mutex", () => {
  it("excludes: plain additions of four threads are all there", async () => {
    const memory = new SharedArrayBuffer(128);
    const threads = 4;
    const times = 100_000;
    await using stack = new AsyncDisposableStack();
    const workers = [];
    for (let i = 0; i < threads; i++) {
      workers.push(stack.use(await startWorker(worker, memory)));
    }
    const torn = await Promise.all(workers.map((each) => each.call<number>("add", times)));
    assertEquals(torn, [0, 0, 0, 0]);
    assertEquals([...new Float64Array(memory, 64, 2)], [threads * times, threads * times]);
    assertStrictEquals(new Int32Array(memory)[0], 0);
  });

  it("lock() waits for the holder, and unlock() wakes one who waits", async () => {
    const memory = new SharedArrayBuffer(128);
    const words = new Int32Array(memory, 0, 1);
    const cells = new Float64Array(memory, 64, 2);
    await using waiting = await startWorker(worker, memory);
    const mutex = new Mutex(words);
    mutex.lock();
    const torn = waiting.call<number>("add", 1);
    // 2: somebody waits. The worker can not get further than that.
    while (Atomics.load(words, 0) !== 2) await new Promise((resolve) => setTimeout(resolve, 1));
    cells[0] = cells[1] = 41;
    mutex.unlock();
    assertStrictEquals(await torn, 0);
    assertEquals([...cells], [42, 42]);
  });
});
