import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf, workerKinds } from "../join/run_program.ts";
import { runtime, scaled } from "../stress/scale.ts";

describe("Thread, short lives", () => {
  for (const kind of workerKinds) {
    it(`of ${kind} workers that end in every way lose nothing and give their slots back`, async () => {
      const result = await resultOf("lives", [kind, `${Math.max(12, scaled(60))}`, "4"]);
      const { noted, total, kills, gone, slots, states } = result;
      // A thread that was killed between its update and its note has one more update.
      assert(total >= noted && total <= noted + kills, JSON.stringify(result));
      assert(gone, `the gauges of the dead are still there: ${JSON.stringify(result)}`);
      assertEquals(states.active, 1, JSON.stringify(result));
      // Without a proof that their threads have stopped, slots are in quarantine for some seconds.
      if (runtime !== "deno" || kind === "web") assert(slots <= 2 * 5, JSON.stringify(result));
    });
  }
});
