import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { startCrew, type Stats } from "./crew.ts";
import { Random } from "../support/random.ts";
import { until } from "./progress.ts";
import { assertMarked, assertMoves, schema } from "./schema.ts";
import { runtime, scaled } from "./scale.ts";

const random = new Random(1);

/** How many bursts, and how many updates, the first `n` bursts of `workers/writer.ts` have. */
function updatesInBursts(n: number): number {
  let made = 0;
  for (let burst = 1; burst <= n; burst++) made += (burst % 7) + 2;
  return made;
}

/** What the owners of a slot have counted. */
function ofSlot(stats: Stats, id: number, slot: number): number {
  return Number(
    stats.metrics.moves.perThread(id).find((part) => part.slot === slot)?.value.count ?? 0,
  );
}

/** Reads without pause until `condition` holds. */
async function readUntil(condition: () => boolean, read: () => void): Promise<void> {
  await until(() => {
    for (let n = 0; n < 100; n++) read();
    return condition();
  });
}

describe("Seat.revoke()", () => {
  for (const what of ["update", "burst", "count"]) {
    it(`recycles the slots of threads killed in ${what}(): each loses its one uncommitted update at most`, async () => {
      const stats = ThreadStats.create(schema, { maxThreads: 4 });
      const id = stats.metrics.moves.create();
      // One worker survives the whole test.
      await using crew = await startCrew(stats, "writer", { count: 1 });
      const survivor = crew.workers[0].call<number>(what, what === "count" ? undefined : id);
      let total = 0, hits = 0, inFlight = 0;
      const read = () => {
        const value = stats.metrics.moves.read(id);
        assertMoves(value);
        assert(Number(value.count) >= total, `${total} fell to ${value.count}`);
        total = Number(value.count);
        const now = stats.metrics.hits.read();
        assert(now >= hits, `${hits} fell to ${now}`);
        hits = now;
      };
      const kills = scaled(15);
      for (let kill = 1; kill <= kills; kill++) {
        const seat = stats.reserveThread("victim");
        assertEquals(seat.slot, 1);
        const count = () =>
          what === "count"
            ? stats.metrics.hits.perThread().find(({ slot }) => slot === seat.slot)?.value ?? 0
            : ofSlot(stats, id, seat.slot);
        const before = count();
        const victim = await crew.add(seat.handle);
        victim.call(what, ...(what === "count" ? [] : [id])).catch(() => {});
        const enough = 1 + random.below(20_000);
        await readUntil(() => crew.progress.get(kill) >= enough, read);
        await victim.terminate();
        await readUntil(() => victim.hasStopped, read);
        const said = crew.progress.get(kill);
        const committed = count() - before;
        const [least, most] = what === "burst"
          ? [updatesInBursts(said - 1), updatesInBursts(said)]
          : [said - 1, said];
        assert(
          committed === least || committed === most,
          `${committed} is neither ${least} nor ${most}`,
        );
        if (committed === least) inFlight++;
        assertEquals(seat.revoke({ stopped: true }), true);
        read();
      }
      console.log(`  ${inFlight} of ${kills} died with an update in flight`);
      crew.workers[0].requestStop();
      const survived = await survivor;
      assertEquals(
        what === "count" ? stats.metrics.hits.perThread()[0].value : ofSlot(stats, id, 0),
        survived,
      );
      assertEquals(stats.threads().length, 2);
    });
  }

  for (const what of ["countWithoutAtomics", "updateWithoutAtomics"]) {
    it(`ends a thread that is busy in ${what}() and that nothing else can stop`, async () => {
      const stats = ThreadStats.create(schema, { quarantineSeconds: 1 });
      const id = stats.metrics.moves.create();
      await using crew = await startCrew(stats, "writer", { count: 0 });
      for (let round = 0; round < 3; round++) {
        const seat = stats.reserveThread("zombie");
        const zombie = await crew.add(seat.handle, { web: true });
        const call = zombie.call(what, id);
        call.catch(() => {});
        await until(() => crew.progress.get(round) === 1);
        // On Deno a web worker continues after this. In the other runtimes the workers are not
        // terminated, so that all of them are zombies.
        if (runtime === "deno") await zombie.terminate();
        await until(() =>
          stats.metrics.hits.read() > 0 || stats.metrics.moves.perThread(id).length > 0
        );
        assertEquals(seat.revoke(), true);
        // The slot is not given away while the zombie may be between its check and its store.
        assert(stats.reserveThread("successor").slot !== seat.slot);
        await until(() => crew.progress.get(round) === 2);
        if (runtime !== "deno") assertEquals(await call, "StaleThreadError");
      }
    });
  }
});

describe("LabelledRecordReader", () => {
  it("stays whole when threads are killed while they make and destroy buckets with labels", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    await using crew = await startCrew(stats, "buckets", { count: 1 });
    const survivor = crew.workers[0].call<number>("labelRace", 4);
    let rounds = 0;
    for (let kill = 1; kill <= scaled(15); kill++) {
      const seat = stats.reserveThread("victim");
      const victim = await crew.add(seat.handle);
      victim.call("labelRace", 4).catch(() => {});
      const enough = 1 + random.below(3000);
      await until(() => {
        for (const { labels, value } of stats.metrics.flow.series()) assertMarked(value, labels);
        return crew.progress.get(kill) >= enough;
      });
      await victim.terminate();
      await victim.stopped;
      seat.revoke({ stopped: true });
      // No thread waits for dead ones: the survivor continues.
      rounds = crew.progress.get(0);
      await until(() => crew.progress.get(0) > rounds);
    }
    crew.workers[0].requestStop();
    await survivor;
    const seen = new Map<string, number>();
    for (const { id, labels, value } of stats.metrics.flow.series()) {
      assertMarked(value, labels);
      const text = JSON.stringify(labels);
      assert(!seen.has(text), `${text} twice`);
      seen.set(text, id);
    }
    const other = ThreadStats.attach(schema, stats.handle);
    for (const [text, id] of seen) assertEquals(other.metrics.flow.id(JSON.parse(text)), id);
    // All of it can be destroyed and made again.
    for (const id of seen.values()) stats.metrics.flow.destroy(id);
    assertEquals(stats.metrics.flow.ids(), []);
    assert(other.metrics.flow.id({ x: "a", y: "b" }) < 64);
  });

  it("stays whole when threads are killed while they add segments", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    await using crew = await startCrew(stats, "buckets", { count: 1 });
    type Grown = { ids: number[]; error: string };
    const survivor = crew.workers[0].call<Grown>("grow", scaled(6000));
    survivor.catch(() => {});
    let kills = 0;
    for (; kills < scaled(10); kills++) {
      const seat = stats.reserveThread("victim");
      const victim = await crew.add(seat.handle);
      victim.call("grow", 100_000).catch(() => {});
      const enough = 1 + random.below(2000);
      await until(() => crew.progress.get(1 + kills) >= enough);
      await victim.terminate();
      await victim.stopped;
      seat.revoke({ stopped: true });
    }
    const { ids, error } = await survivor;
    assertEquals(error, "");
    // Nothing of the survivor's was touched, and each bucket has one holder.
    const holders = new Int32Array(crew.holders);
    for (const id of ids) assertEquals([holders[id], stats.metrics.moves.read(id).way], [1, 1]);
    const live = stats.metrics.moves.ids();
    const made = holders.reduce((sum, holder) => sum + (holder === 0 ? 0 : 1), 0);
    // A thread killed between the creation and its note had one bucket more.
    assert(live.length >= made && live.length <= made + kills, `${live.length} live, ${made} held`);
    for (const id of live) stats.metrics.moves.destroy(id);
    // Hints that the dead left wrong hide no id for ever.
    const again = Array.from({ length: live.at(-1)! + 1 }, () => stats.metrics.moves.create());
    assertEquals(new Set(again).size, again.length);
    assert(Math.max(...again) <= live.at(-1)! + kills);
  });
});
