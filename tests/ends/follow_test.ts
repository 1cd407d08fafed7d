import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Worker } from "node:worker_threads";
import { type FollowableWorker, StaleThreadError, ThreadStats } from "../../mod.ts";
import { assertRefuses, assertRefusesUnchanged } from "../metrics/observe.ts";
import { createKinds, kinds } from "../support/kinds.ts";
import { runtime } from "../stress/scale.ts";

const url = new URL("./workers/registered.ts", import.meta.url);

/** Starts a worker that attaches and registers without a join. */
async function startRegistered(
  stats: ReturnType<typeof createKinds>,
  { follow }: { follow: boolean },
): Promise<{ worker: Worker; exited: Promise<void> }> {
  const worker = new Worker(url, { workerData: stats.handle });
  if (follow) stats.follow(worker);
  const exited = new Promise<void>((resolve) => worker.on("exit", () => resolve()));
  await new Promise((resolve) => worker.once("message", resolve));
  return { worker, exited };
}

describe("ThreadStats.follow()", () => {
  it("frees the slot of a terminated worker, and removes its gauges", async () => {
    const stats = createKinds({ maxThreads: 1 });
    const { worker, exited } = await startRegistered(stats, { follow: true });
    assertEquals(stats.threads(), [{ slot: 0, name: "registered", state: "active" }]);
    assertEquals(stats.metrics.jobs.read(), 5);
    await worker.terminate();
    await exited;
    assertEquals(stats.metrics.jobs.read(), 0);
    assertEquals(stats.metrics.hits.read(), 2);
    // On Deno "exit" does not prove that the worker has stopped.
    assertEquals(stats.threads()[0].state, runtime === "deno" ? "revoked" : "retired");
  });

  it("does not touch the slots of other threads", async () => {
    const stats = createKinds();
    const own = stats.registerThread("own");
    const followed = await startRegistered(stats, { follow: true });
    const other = await startRegistered(stats, { follow: false });
    await followed.worker.terminate();
    await followed.exited;
    const states = stats.threads().map(({ state }) => state === "active");
    assertEquals(states, [true, false, true]);
    own.metrics.hits.add();
    await other.worker.terminate();
  });

  it("refuses values that are no worker", () => {
    const stats = createKinds();
    const bad: [unknown, string][] = [
      [undefined, "undefined"],
      [null, "null"],
      [5, "5"],
      [{}, "an object"],
      [{ terminate: 1, on: 1 }, "an object"],
    ];
    for (const [worker, got] of bad) {
      assertRefusesUnchanged(
        stats,
        () => stats.follow(worker as FollowableWorker),
        TypeError,
        `Cannot follow the worker: it must be a Worker, got ${got}`,
      );
    }
  });
});

describe("ThreadStats.revoke()", () => {
  it("fences the thread that has the slot", () => {
    const stats = createKinds({ maxThreads: 1 });
    const thread = stats.registerThread("gone");
    thread.metrics.hits.add(3);
    assertEquals(stats.revoke(0), true);
    assertEquals(stats.revoke(0), false);
    assertEquals(stats.threads(), [{ slot: 0, name: "gone", state: "revoked" }]);
    let error: unknown;
    try {
      thread.metrics.hits.add();
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof StaleThreadError);
    assertEquals(stats.revoke(0, { stopped: true }), false, "it was fenced already");
    assertEquals(stats.registerThread("next").slot, 0);
    assertEquals(stats.metrics.hits.read(), 3);
  });

  it("is false for a slot that its thread has left", () => {
    const stats = createKinds();
    stats.registerThread().unregister();
    assertEquals(stats.revoke(0, { stopped: true }), false);
  });

  it("refuses bad slots and options", () => {
    const stats = createKinds({ maxThreads: 4 });
    stats.registerThread();
    const slots: [unknown, new () => Error, string][] = [
      ["0", TypeError, 'it must be a number, got "0"'],
      [undefined, TypeError, "it must be a number, got undefined"],
      [1, RangeError, "a thread must have had it (threads()), got 1"],
      [-1, RangeError, "a thread must have had it (threads()), got -1"],
      [0.5, RangeError, "a thread must have had it (threads()), got 0.5"],
      [NaN, RangeError, "a thread must have had it (threads()), got NaN"],
    ];
    for (const [slot, Class, text] of slots) {
      const revoke = () => stats.revoke(slot as number);
      assertRefusesUnchanged(stats, revoke, Class, `Cannot revoke the slot: ${text}`);
    }
    assertRefuses(
      () => stats.revoke(0, { stopped: 1 as unknown as boolean }),
      TypeError,
      "Cannot revoke the slot: stopped must be a boolean, got 1",
    );
  });
});

describe("ThreadStats.threads()", () => {
  it("shows when a thread has registered", () => {
    const stats = createKinds();
    const before = Date.now();
    const thread = stats.registerThread();
    stats.reserveThread();
    const [{ since }, reserved] = ThreadStats.attach(kinds, stats.handle).threads();
    assert(since! >= before && since! <= Date.now());
    assertEquals(reserved.since, undefined);
    thread.unregister();
    assertEquals(stats.threads()[0].since, undefined);
  });
});
