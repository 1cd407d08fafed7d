import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { hasLocks, resultOf, workerKinds } from "../join/run_program.ts";
import { runtime } from "../stress/scale.ts";

describe("ThreadStats.join(), ends without an event", () => {
  for (const kind of workerKinds) {
    const isDenoWeb = runtime === "deno" && kind === "web";

    it(`are noticed in workers below a ${kind} worker that ended`, async () => {
      // Only Node proves that a thread has stopped when its creator has ended.
      const own = runtime === "deno" && !isDenoWeb ? "revoked" : "retired";
      const { before, after, states } = await resultOf("left_behind", ["below", kind]);
      assertEquals([before, after, states[0]], [2, 0, own]);
      // On Bun the worker below may have the time to give its slot back itself.
      const below = { deno: ["revoked"], bun: ["revoked", "retired"], node: ["retired"] }[runtime];
      assert(below.includes(states[1]), states[1]);
    });

    const name = `are noticed by another worker in ${kind} workers whose creator has not joined`;
    // Only a lock can tell.
    it(name, { ignore: !hasLocks }, async () => {
      assertEquals(await resultOf("left_behind", ["unknown", kind]), {
        before: 1,
        after: 0,
        states: [isDenoWeb ? "retired" : "revoked"],
      });
    });
  }
});
