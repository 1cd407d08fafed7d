import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import process from "node:process";
import {
  counter,
  defineSchema,
  type SnapshotData,
  StaleThreadError,
  ThreadStats,
} from "../../mod.ts";
import { type RuntimeMetrics, runtimeSchema } from "../../src/schema/runtime_metrics.ts";
import { readTurn } from "../../src/threads/turns.ts";
import { Arena } from "../../src/memory/arena.ts";
import { SlotDirectory } from "../../src/threads/slot_directory.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { resultOf } from "../join/run_program.ts";
import { runtime } from "../stress/scale.ts";
import { startWorker } from "../support/worker.ts";
import { withClocks } from "../support/clocks.ts";
import { observedSchema } from "./schema.ts";

const url = new URL("./workers/observed.ts", import.meta.url);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so; the machine may be slow. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let n = 0; !isSo(); n++) {
    assert(n < 1500, `never: ${what}`);
    await pause(20);
  }
}

function create() {
  const stats = ThreadStats.create(observedSchema);
  const find = (name: string) => stats.threads().find((info) => info.name === name);
  /** A thread's part of each metric. */
  const figures = (name: string) => {
    const metrics = stats.snapshot().metrics as SnapshotData["metrics"];
    const of = (metric: keyof RuntimeMetrics) =>
      metrics[metric]?.series[0].perThread?.find(({ thread }) => thread === name)?.value;
    return {
      delay: of("threadStatsThreadEventLoopDelay") as { count: number; max: number } | undefined,
      utilization: of("threadStatsThreadEventLoopUtilization") as number | undefined,
      heap: of("threadStatsThreadHeapUsed") as number | undefined,
      cpu: of("threadStatsThreadCpu") as number | undefined,
    };
  };
  return { stats, find, figures };
}

describe("Thread.observeRuntime()", () => {
  it("lets another thread tell that one spins, while it spins", async () => {
    const { stats, find } = create();
    await using spinning = await startWorker(url, { handle: stats.handle, name: "spinning" });
    await using idle = await startWorker(url, { handle: stats.handle, name: "idle" });
    const blocked = (name: string) => find(name)!.blockedSeconds!;
    await until(() => blocked("spinning") < 0.5 && blocked("idle") < 0.5, "both turn");
    const spun = spinning.call<number>("spin", 2000);
    await until(() => blocked("spinning") > 2, "it is blocked for 2 s");
    // The idle one goes on turning; on a slow machine not at every moment.
    await until(() => blocked("idle") < 0.5, "the idle one turns");
    assert(blocked("spinning") > 2);
    const { turns } = structuredClone(stats.snapshot().self);
    const seen = turns!.find(({ thread }) => thread === "spinning")!;
    assert(seen.blockedSeconds > 2);
    assert(Math.abs(Date.now() - seen.lastTurn - seen.blockedSeconds * 1000) < 5000);
    // A reader that has never looked before, and one that knows no schema, tell the same.
    const late = ThreadStats.inspect(stats.handle).threads();
    assert(late.find(({ name }) => name === "spinning")!.blockedSeconds! > 2);
    spinning.requestStop();
    await spun;
    await until(() => blocked("spinning") < 0.5, "it turns again");
    idle.requestStop();
  });

  it("measures delay, utilization, heap and processor time of the thread", async () => {
    const { stats, figures } = create();
    await using worker = await startWorker(url, { handle: stats.handle, name: "worker" });
    await until(() => (figures("worker").delay?.count ?? 0) > 2, "it has measured");
    const before = figures("worker");
    assert(before.heap! > 0 && before.cpu! >= 0);
    assert(before.utilization! >= 0 && before.utilization! <= 1);
    await worker.call("spinFor", 1500);
    await until(() => (figures("worker").delay?.max ?? 0) > 1, "the delay is noticed");
    await worker.call("fill", 300_000);
    await until(() => figures("worker").heap! > before.heap!, "the heap is noticed");
    // Some of the 1.5 s: other processes may have had the processor.
    await until(() => figures("worker").cpu! > before.cpu! + 0.05, "the time is noticed");
  });

  it("ends with the registration, or when it is stopped", async () => {
    const { stats, find, figures } = create();
    await using worker = await startWorker(url, { handle: stats.handle, name: "worker" });
    await until(() => (figures("worker").delay?.count ?? 0) > 2, "it has measured");
    await worker.call("stop");
    assertEquals(find("worker")!.blockedSeconds, undefined);
    assertEquals(stats.snapshot().self.turns, []);
    const { count } = figures("worker").delay!;
    await pause(300);
    assertEquals(figures("worker").delay!.count, count);
    await using other = await startWorker(url, { handle: stats.handle, name: "other" });
    assert(find("other")!.blockedSeconds! >= 0);
    await other.call("unregister");
    assertEquals(find("other")!.blockedSeconds, undefined);
    await using killed = await startWorker(url, { handle: stats.handle, name: "killed" });
    stats.revoke(find("killed")!.slot);
    assertEquals(find("killed")!.blockedSeconds, undefined);
    const { refusedUpdates } = stats.snapshot().self;
    await pause(300);
    assertEquals(stats.snapshot().self.refusedUpdates, refusedUpdates, "it writes no more");
    assertEquals(figures("killed").heap, undefined, "gauges of the dead do not count");
    // It lives on, and nothing has thrown in its timer.
    await killed.call("spinFor", 1);
  });

  it("is told of a terminated worker as of any other: its slot is not active", async () => {
    const { stats, find } = create();
    const worker = await startWorker(url, { handle: stats.handle, name: "worker" });
    await worker.terminate();
    stats.revoke(find("worker")!.slot);
    assertEquals(find("worker")!.blockedSeconds, undefined);
    await worker[Symbol.asyncDispose]();
  });

  it("records no delay when the process was suspended, and tells the others", async () => {
    const { stats, figures } = create();
    const thread = stats.registerThread("main");
    const arena = new Arena(stats.handle);
    const slots = new SlotDirectory(arena, 64, 60);
    const turn = () => readTurn(arena, slots, { slot: 0, control: slots.activeControl(0) })!;
    await withClocks(async (clocks) => {
      const observation = thread.observeRuntime({ periodSeconds: 0.01 });
      const turnAfter = async (seconds: number) => {
        const { at } = turn();
        clocks.pass(seconds);
        await until(() => turn().at > at, "it turns");
      };
      await turnAfter(0.5);
      const { count, max } = figures("main").delay!;
      assert(max > 0.4 && max < 1);
      assertEquals(turn().resumed, -Infinity);
      await turnAfter(3600);
      assertEquals(turn().resumed, turn().at);
      assertEquals(figures("main").delay!.max, max);
      assert(figures("main").delay!.count >= count);
      observation.stop();
    });
  });

  it("records delays of any length in which the thread was busy", async () => {
    const { stats, figures } = create();
    const thread = stats.registerThread("main");
    await withClocks(async (clocks) => {
      const observation = thread.observeRuntime({ periodSeconds: 0.05 });
      await pause(200);
      const cpu = process.threadCpuUsage();
      clocks.pass(11);
      for (let used = 0; used < 2e6;) {
        const { user, system } = process.threadCpuUsage(cpu);
        used = user + system;
      }
      await until(() => (figures("main").delay?.max ?? 0) > 10, "the delay is recorded");
      observation.stop();
    });
  });

  it("keeps neither a worker nor the program alive", async () => {
    const program = new URL("./programs/ends.ts", import.meta.url);
    assertEquals(await resultOf(program), { names: ["main", "worker"], cpu: true });
  });

  if (runtime === "deno") {
    it("needs no permission on Deno", async () => {
      const program = new URL("./programs/ends.ts", import.meta.url);
      assertEquals(await resultOf(program, ["alone"], []), { names: ["main"], cpu: true });
    });

    it("observes web workers, too", async () => {
      const { stats, find, figures } = create();
      const data = { handle: stats.handle, name: "web" };
      await using worker = await startWorker(url, data, { web: true });
      const spun = worker.call("spin", 500);
      await until(() => find("web")!.blockedSeconds! > 0.5, "it is blocked");
      worker.requestStop();
      await spun;
      await until(() => find("web")!.blockedSeconds! < 0.4, "it turns again");
      await until(() => (figures("web").delay?.max ?? 0) > 0.4, "the delay is noticed");
      assert(figures("web").heap! > 0);
    });
  }

  it("is one observation, however often it is called", () => {
    const { stats } = create();
    const thread = stats.registerThread("main");
    const observation = thread.observeRuntime({ periodSeconds: 5 });
    assertEquals(thread.observeRuntime() === observation, true);
    assertEquals(observation.periodSeconds, 5);
    observation.stop();
    observation.stop();
    const next = thread.observeRuntime();
    assert(next !== observation);
    observation.stop();
    assertEquals(stats.threads()[0].blockedSeconds, 0, "the old one does not stop the new one");
    next[Symbol.dispose]();
    assertEquals(stats.threads()[0].blockedSeconds, undefined);
  });

  it("adds its metrics to the memory, once", () => {
    const { stats } = create();
    const thread = stats.registerThread("main");
    const [before] = stats.threads();
    assertEquals([before.lastTurn, before.blockedSeconds], [undefined, undefined]);
    assertEquals(Object.keys(stats.snapshot().metrics), ["jobs"]);
    const observation = thread.observeRuntime();
    const [info] = stats.threads();
    assertEquals(info.blockedSeconds, 0);
    assert(Math.abs(info.lastTurn! - Date.now()) < 60_000);
    assertEquals(Object.keys(info), ["slot", "name", "state"]);
    const names = ["jobs", ...Object.keys(runtimeSchema.metrics)];
    assertEquals(Object.keys(stats.snapshot().metrics), names);
    const there = ThreadStats.attach(observedSchema, structuredClone(stats.handle));
    const other = there.registerThread("other").observeRuntime();
    assertEquals(Object.keys(stats.snapshot().metrics), names);
    assertEquals(Object.keys(ThreadStats.inspect(stats.handle).snapshot().metrics), names);
    observation.stop();
    other.stop();
  });

  it("is one observation of a thread that is extended, too", () => {
    const { stats } = create();
    const thread = stats.registerThread("main");
    const more = stats.extend(defineSchema({ other: counter() }));
    const observation = thread.extend(more).observeRuntime();
    assertEquals(thread.observeRuntime() === observation, true);
    thread.unregister();
    assertEquals(stats.threads()[0].blockedSeconds, undefined);
  });

  it("changes nothing when there is no room for its metrics", () => {
    const stats = ThreadStats.create(observedSchema, { maxMetrics: 4 });
    const thread = stats.registerThread("main");
    assertThrows(() => thread.observeRuntime(), RangeError, "Cannot observe the runtime: ");
    assertEquals(stats.threads()[0].blockedSeconds, undefined);
    assertEquals(Object.keys(stats.snapshot().metrics), ["jobs"]);
  });

  it("begins again after a measurement has failed", async () => {
    const stats = ThreadStats.create(observedSchema, { maxByteLength: 2 ** 17, maxMetrics: 4096 });
    const thread = stats.registerThread("main");
    const failed = thread.observeRuntime({ periodSeconds: 0.01 });
    // The first delay needs memory, and there is none left.
    let defined = 0;
    for (const length of [4096, 256, 0]) {
      const fill = () =>
        stats.extend(defineSchema({ [`m${defined++}`]: counter({ help: "x".repeat(length) }) }));
      assertThrows(() => {
        for (;;) fill();
      }, RangeError);
    }
    await until(() => stats.threads()[0].blockedSeconds === undefined, "it has failed");
    const next = thread.observeRuntime();
    assert(next !== failed);
    failed.stop();
    assertEquals(stats.threads()[0].blockedSeconds, 0);
    next.stop();
  });

  it("refuses bad options, and threads that are no longer registered", () => {
    const { stats } = create();
    const thread = stats.registerThread("main");
    const action = "Cannot observe the runtime";
    const bad: [unknown, new () => Error, string][] = [
      [5, TypeError, "the options must be an object, got 5"],
      [null, TypeError, "the options must be an object, got null"],
      [{ period: 1 }, TypeError, 'the options are periodSeconds, got the unknown option "period"'],
      [{ periodSeconds: "1" }, TypeError, 'periodSeconds must be a number, got "1"'],
      [{ periodSeconds: 0 }, RangeError, "periodSeconds must be from 0.01 to 60, got 0"],
      [{ periodSeconds: 61 }, RangeError, "periodSeconds must be from 0.01 to 60, got 61"],
      [{ periodSeconds: NaN }, RangeError, "periodSeconds must be from 0.01 to 60, got NaN"],
    ];
    for (const [options, Class, text] of bad) {
      const observe = () => thread.observeRuntime(options as { periodSeconds: number });
      assertRefuses(observe, Class, `${action}: ${text}`);
    }
    assertEquals(stats.threads()[0].blockedSeconds, undefined);
    thread.unregister();
    assertThrows(() => thread.observeRuntime(), StaleThreadError, action);
  });
});
