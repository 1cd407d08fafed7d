import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { resultOf } from "../join/run_program.ts";
import { runtime } from "../stress/scale.ts";

describe("Metric", () => {
  it("makes what reads and writes it at the first use", async () => {
    const program = new URL("./programs/first_use.ts", import.meta.url);
    const { created, afterAttach, registered, counted, compiled } = await resultOf(program);
    const nothing = { compiled: 0, loaded: [] };
    assertEquals({ created, afterAttach }, { created: nothing, afterAttach: nothing });
    assert(compiled > 0);
    // Bun says without it whether this is the main thread.
    const loaded = runtime === "bun" ? [] : ["node:worker_threads"];
    assertEquals(registered, { loaded });
    assertEquals(counted, [2, { bytes: 3 }]);
  });
});
