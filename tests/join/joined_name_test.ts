import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { threadState } from "../../src/host/thread_state.ts";

describe("registerOnce()", () => {
  it("keeps no registration that is over, however many names there were", async () => {
    const stats = await ThreadStats.join(crypto.randomUUID(), defineSchema({ jobs: counter() }));
    const { buffer } = stats.handle;
    const names = [...threadState().names.values()];
    const joined = names.find(({ handle }) => handle.buffer === buffer);
    assert(joined !== undefined);
    const kept = stats.registerThread("kept");
    for (let n = 0; n < 20; n++) {
      const thread = stats.registerThread(`request ${n}`);
      thread.metrics.jobs.add();
      thread.unregister();
    }
    assertEquals(joined.registered.size, 2);
    assertStrictEquals(stats.registerThread("kept"), kept);
    assertEquals(stats.metrics.jobs.read(), 20);
  });
});
