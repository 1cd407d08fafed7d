import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf } from "../join/run_program.ts";

describe("ThreadStats.join(), a thread's own end", () => {
  for (const end of ["natural", "exit", "throw"]) {
    it(`comes after the program's own exit handlers, which may count (${end})`, async () => {
      // One was added before the join, one in the same turn, one later: 3 updates, and nothing was thrown.
      assertEquals(await resultOf("count_at_exit", [end]), {
        total: 3,
        state: "retired",
        error: end === "throw" ? "this is the error" : null,
      });
    });
  }
});
