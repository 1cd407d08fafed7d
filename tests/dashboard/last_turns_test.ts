import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { blockedThreads } from "../../src/dashboard/last_turns.ts";
import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { ThreadWatch } from "../../src/dashboard/thread_watch.ts";
import { evidenceOf, remarkOf, toThread } from "../../src/dashboard/shared/conditions.ts";
import { observedSchema } from "../runtime/schema.ts";
import { startWorker } from "../support/worker.ts";
import { Stream } from "./stream.ts";

const worker = new URL("../runtime/workers/observed.ts", import.meta.url);

describe("blockedThreads()", () => {
  it("has the observed threads, and no others", () => {
    const stats = ThreadStats.create(observedSchema);
    stats.registerThread("one");
    const observation = stats.registerThread("two").observeRuntime();
    assertEquals([...blockedThreads(stats.snapshot())], [[1, 0]]);
    observation.stop();
    assertEquals([...blockedThreads(stats.snapshot())], []);
    const { turns: _, ...self } = stats.snapshot().self;
    const older = { ...stats.snapshot(), self };
    assertEquals([...blockedThreads(older)], [], "data of an earlier version");
  });

  it("takes nobody for blocked in a program that was suspended until now", () => {
    const snapshot = ThreadStats.create(observedSchema).snapshot();
    const turns = [{ thread: "one", slot: 0, lastTurn: 0, blockedSeconds: 3600 }];
    const frozen = { ...snapshot, self: { ...snapshot.self, turns } };
    assertEquals([...blockedThreads(frozen)], [[0, 3_600_000]]);
    assertEquals([...blockedThreads(frozen, { isAwaking: true })], [[0, 0]]);
  });
});

describe("ThreadWatch", () => {
  /** The thread after a first change and a silence of so many seconds. */
  function after(seconds: number, blocked: number | undefined, busy = 1) {
    const watch = new ThreadWatch(1000);
    const threads = [{ slot: 0, name: "one", state: "active" as const }];
    const at = 1_800_000_000_000;
    const update = (n: number, changed: boolean, blocked: number | undefined) =>
      watch.update(threads, () => ({ changed, updates: 0, busy, blocked }), {
        ...{ n, at: at + n * 1000, now: 5000 + n * 1000, seconds: 1 },
      });
    update(0, false, blocked && 0);
    update(1, true, blocked && 0);
    for (let n = 2; n < seconds + 1; n++) update(n, false, blocked && 0);
    update(seconds + 1, false, blocked);
    const thread = toThread(watch.rows[0]);
    const now = at + (seconds + 1) * 1000;
    const plain = (text: string) => text.replaceAll("\u202f", " ").replaceAll("\u00a0", " ");
    return [thread.condition, plain(evidenceOf(thread, now)), remarkOf(thread)];
  }

  it("knows by its last turn whether an observed thread is blocked, whatever is in progress", () => {
    assertEquals(after(30, 12_000), [
      "blocked",
      "blocked for 12 s",
      "its event loop does not turn",
    ]);
    assertEquals(after(30, 0), ["idle", "idle for 30 s", "its event loop turns"]);
    assertEquals(after(30, 500, 0), ["idle", "idle for 30 s", "its event loop turns"]);
    // The others by the gauges of work in progress.
    assertEquals(after(30, undefined)[0], "stuck");
    assertEquals(after(30, undefined, 0)[0], "silent");
  });

  it("calls a thread blocked that is late by more than a second and an interval", () => {
    assertEquals(after(30, 900)[0], "idle");
    assertEquals(after(30, 1100)[0], "blocked");
  });
});

describe("the page", () => {
  it("shows a worker as blocked while it spins, and as well afterwards", async () => {
    const stats = ThreadStats.create(observedSchema);
    await using spinning = await startWorker(worker, { handle: stats.handle, name: "spinning" });
    await using idle = await startWorker(worker, { handle: stats.handle, name: "idle" });
    const handler = dashboardHandler(stats, { path: "/live", intervalMs: 100 });
    await using stream = await Stream.open(handler);
    const find = (name: string) => stream.model.threads.find((thread) => thread.name === name)!;
    const spun = spinning.call("spin", 2000);
    await stream.until(() => find("spinning").condition === "blocked", 600);
    await stream.until(() => find("idle").condition !== "blocked", 600);
    const { since } = find("spinning");
    assert(stream.model.at - since >= 1000, `${stream.model.at - since}`);
    spinning.requestStop();
    await spun;
    await stream.until(() => find("spinning").condition !== "blocked", 600);
    idle.requestStop();
  });
});
