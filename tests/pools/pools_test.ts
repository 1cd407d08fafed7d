import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf } from "../join/run_program.ts";
import { runtime, scaled } from "../stress/scale.ts";

const program = new URL("./programs/lives.ts", import.meta.url);
/** Workers at a time. */
const SIZE = 4;
const lives = Math.max(9, scaled(60));

describe("ThreadStats.join() in worker pools", () => {
  for (const pool of ["piscina", "tinypool", "workerpool", "poolifier"]) {
    // Both hang there by themselves: no answer comes from workerpool's workers, and now and then none from tinypool's.
    const ignore = pool === "workerpool" && runtime === "bun" ||
      pool === "tinypool" && runtime === "deno";

    it(
      `counts in ${lives} short lives of ${pool}'s workers, and their slots come back`,
      { ignore },
      async () => {
        const result = await resultOf(program, [pool, `${lives}`, `${SIZE}`]);
        const { tally, total, done, isGone, states, slots, mostAlive, mostStuck } = result;
        const told = JSON.stringify(result);
        assert(tally.lives >= lives, told);
        for (const end of ["return", "busy", "throw", "exit"]) assert(done[end] > 0, told);
        assertEquals(mostStuck, 0, `threads do not join: ${told}`);
        // A thread that was killed between its update and its note has counted one more.
        const killed = done.busy + (done.late ?? 0) + (done.unborn ?? 0);
        assert(total >= tally.updates && total <= tally.updates + killed, told);
        assert(isGone, `the gauges of the dead are still there: ${told}`);
        assertEquals(states.active, 1, told);
        // On Deno terminate() is no proof that a thread has stopped, and its slot rests for some seconds.
        if (runtime !== "deno") assert(slots <= 2 * mostAlive, told);
      },
    );
  }
});
