import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { explore, type Report } from "./explorer.ts";
import { Machine } from "./machine.ts";
import { parsePlan } from "./plan.ts";
import { histories } from "./toys.ts";

const module = new URL("./toys.ts", import.meta.url);

function toy(name: string) {
  return histories.find((history) => history.name === name)!;
}

function exploreToy(
  name: string,
  options: { random?: number; seed?: number; patience?: number } = {},
): Promise<Report> {
  return explore(toy(name), {
    module,
    preemptions: toy(name).preemptions,
    random: 0,
    seed: 1,
    ...options,
  });
}

async function replay(name: string, report: Report) {
  await using machine = await Machine.start(toy(name), module);
  return machine.run(parsePlan(report.failure!.replay.split("@")[1]));
}

describe("explore()", () => {
  it("finds a lost update, with one preemption, and replays it", async () => {
    const report = await exploreToy("lost-update");
    assertEquals(report.failure?.what, "1 of 2 additions are left");
    assertMatch(report.failure!.replay, /^lost-update@\d:1,\d$/);
    const again = await replay("lost-update", report);
    assertEquals(again.failure, report.failure!.what);
    assertEquals(again.accesses, report.failure!.outcome.accesses);
    assertEquals(again.segments, report.failure!.outcome.segments);
  });

  it("finds it at random, the same way each time", async () => {
    const [one, other] = [1, 1].map((seed) => exploreToy("lost-update", { random: 200, seed }));
    const { seed, replay } = (await one).failure!;
    assert(seed !== undefined);
    assertEquals((await other).failure!.seed, seed);
    assertEquals((await other).failure!.replay, replay);
  });

  it("runs each order of three atomic additions once", async () => {
    const report = await exploreToy("atomic");
    assertEquals(report.failure, undefined);
    assert(report.isComplete);
    // The first run, and then three roots with one alternative each, twice, because the first run
    // shows which words are shared.
    assertEquals([report.schedules, report.steps, report.sharedWords], [13, 39, 1]);
  });

  it("kills threads, and tells a thread that waits for a dead one", async () => {
    const report = await exploreToy("lock");
    assertMatch(report.failure!.what, /did not end/);
    assert(report.kills > 0);
    assertMatch(report.failure!.replay, /k,/);
  });

  it("finds what is published before it is filled", async () => {
    const report = await exploreToy("publish");
    assertEquals(report.failure?.what, "saw 0");
    assertEquals((await replay("publish", report)).failure, "saw 0");
  });

  it("tells a schedule that hangs", async () => {
    const report = await exploreToy("hang", { patience: 500 });
    assertMatch(report.failure!.what, /hangs/);
    assertEquals(report.failure!.replay, "hang@1");
    assertEquals(report.failure!.outcome.accesses.length, 1);
  });
});
