import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf } from "../join/run_program.ts";

describe("ThreadStats.join(), a thread's own end", () => {
  for (const end of ["natural", "exit", "throw"]) {
    it(`is handled after the program's own exit handlers, which may count (${end})`, async () => {
      // 3 handlers count: added before the join, in the same turn, and later. None has thrown.
      assertEquals(await resultOf("count_at_exit", [end]), {
        total: 3,
        state: "retired",
        error: end === "throw" ? "this is the error" : null,
      });
    });
  }
});
