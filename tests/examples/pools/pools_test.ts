import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { runProgram } from "../../join/run_program.ts";
import { runtime } from "../../stress/scale.ts";

const tasks = { piscina: 20, tinypool: 24 };

describe("examples/pools", () => {
  for (const [pool, count] of Object.entries(tasks)) {
    // There tinypool hangs now and then, with this library or without.
    const ignore = pool === "tinypool" && runtime === "deno";

    it(`${pool}.ts counts all tasks of workers that it does not know`, { ignore }, async () => {
      const program = new URL(`../../../examples/pools/${pool}.ts`, import.meta.url);
      const { code, stdout, stderr } = await runProgram(program);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, new RegExp(`^${count} tasks done, 0 running$`, "m"));
      assertMatch(
        stdout,
        new RegExp(`^${count} were timed, the longest took \\d+\\.\\d{3} s$`, "m"),
      );
      assertMatch(stdout, /^Threads: 1 of \d+ slots$/m);
      assertEquals(/^One was aborted: AbortError$/m.test(stdout), pool === "piscina");
    });
  }
});
