import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { startWorker } from "./worker.ts";

const echo = new URL("./workers/echo.ts", import.meta.url);

function cells(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64, { maxByteLength: 4096 }), 0, 16);
}

async function untilMoved(words: Int32Array): Promise<void> {
  const before = Atomics.load(words, 0);
  while (Atomics.load(words, 0) === before) await new Promise((resolve) => setTimeout(resolve, 1));
}

const kinds = "Deno" in globalThis ? [{ web: false }, { web: true }] : [{ web: false }];

for (const options of kinds) {
  const start = (words: Int32Array) => startWorker(echo, words.buffer, options);

  describe(`startWorker()${options.web ? " on a web worker" : ""}`, () => {
    it("runs handlers and passes values both ways", async () => {
      const words = cells();
      await using worker = await start(words);
      assertEquals(await worker.call("echo", { a: [1, 2n], b: new Map([[1, "x"]]) }), {
        a: [1, 2n],
        b: new Map([[1, "x"]]),
      });
      assertEquals(
        await Promise.all([worker.call("later", 1), worker.call("later", 2)]),
        [1, 2],
      );
      const shared = await worker.call<SharedArrayBuffer>("echo", words.buffer);
      new Int32Array(shared)[5] = 7;
      assertStrictEquals(words[5], 7);
    });

    it("hands a handler's error to its caller alone", async () => {
      await using worker = await start(cells());
      const error = await assertRejects(() => worker.call("fail", "too far"), Error, "too far");
      assertInstanceOf(error, RangeError);
      await assertRejects(() => worker.call("missing"), TypeError, "missing");
      assertStrictEquals(await worker.call("echo", 1), 1);
    });

    it("queues what the worker emits", async () => {
      await using worker = await start(cells());
      const first = worker.next();
      await worker.call("emit", "a", "b", "c");
      assertEquals([await first, await worker.next(), await worker.next()], ["a", "b", "c"]);
    });

    it("reports a crash to everybody who waits", async () => {
      await using worker = await start(cells());
      const event = assertRejects(() => worker.next(), Error, "crashed: ");
      await assertRejects(() => worker.call("crash"), Error, "on purpose");
      await event;
      await assertRejects(() => worker.call("echo", 1), Error, "crashed: ");
      await worker.stopped;
    });

    it("reports a worker that ends by itself", async () => {
      await using worker = await start(cells());
      await assertRejects(
        () => worker.call("exit"),
        Error,
        options.web ? "has stopped" : "ended with exit code 3",
      );
      await worker.stopped;
    });

    it("reports a module that throws, or does not exist", async () => {
      await assertRejects(
        () =>
          startWorker(new URL("./workers/crash_at_start.ts", import.meta.url), undefined, options),
        Error,
        "crashed at the start",
      );
      await assertRejects(
        () =>
          startWorker(new URL("./workers/no_such_file.ts", import.meta.url), undefined, options),
        Error,
        "crashed: ",
      );
    });

    it("requestStop() ends a busy loop", async () => {
      const words = cells();
      await using worker = await start(words);
      const rounds = worker.call<number>("busy");
      await untilMoved(words);
      worker.requestStop();
      assertStrictEquals(await rounds, Atomics.load(words, 0));
    });

    it("requestStop() wakes a blocked thread", async () => {
      await using worker = await start(cells());
      const blocked = worker.call("blocked");
      worker.requestStop();
      await blocked;
    });

    it("nothing is written after stopped, however the thread was killed", async () => {
      for (let round = 0; round < 10; round++) {
        const words = cells();
        await using worker = await start(words);
        await worker.call("yielding");
        await untilMoved(words);
        await worker.terminate();
        await worker.stopped;
        assert(worker.hasStopped);
        const last = Atomics.load(words, 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assertStrictEquals(Atomics.load(words, 0), last);
      }
    });

    it("a killed busy thread stops where it stands, or when it is told to", async () => {
      for (let round = 0; round < 10; round++) {
        const words = cells();
        await using worker = await start(words);
        const call = assertRejects(() => worker.call("busy"), Error, "terminated");
        await untilMoved(words);
        await worker.terminate();
        await call;
        if (options.web) {
          await untilMoved(words);
          assert(!worker.hasStopped);
          worker.requestStop();
        }
        await worker.stopped;
        const last = Atomics.load(words, 0);
        await new Promise((resolve) => setTimeout(resolve, 20));
        assertStrictEquals(Atomics.load(words, 0), last);
      }
    });
  });
}
