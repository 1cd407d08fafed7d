import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { Arena } from "../../src/memory/arena.ts";
import { meanwhile, rising, startCrew } from "./crew.ts";
import { schema } from "./schema.ts";
import { scaled } from "./scale.ts";

describe("ThreadStats.registerThread()", () => {
  for (const names of [0, 5]) {
    const what = names === 0 ? "without names" : "that prefer the slots of their names";
    it(`gives a slot to one thread at a time, and never falls short of slots: 4 workers ${what}`, async () => {
      const stats = ThreadStats.create(schema, { maxThreads: 4 });
      await using crew = await startCrew(stats, "buckets", { count: 4, idle: true });
      const check = rising();
      // 100,000 registrations in all; four at a time in four slots, so each of them must find one.
      const rounds = scaled(12_500);
      const work = crew.workers.map((worker) =>
        worker.call<number>("registrations", rounds, names)
      );
      let used = 0;
      const made = await meanwhile(work, () => {
        check(stats.metrics.hits.read());
        assert(stats.threads().filter(({ state }) => state === "active").length <= 4);
        if (used === 0 && crew.progress.get(0) > rounds / 20) {
          used = new Arena(stats.handle).bytesUsed;
        }
      });
      assertEquals(stats.metrics.hits.read(), made.reduce((sum, n) => sum + n));
      assertEquals(
        stats.threads().map(({ state }) => state),
        Array(stats.threads().length).fill("retired"),
      );
      // A slot that nobody needed before may be used late: its block.
      assert(new Arena(stats.handle).bytesUsed - used <= 4 * 2048);
    });
  }
});
