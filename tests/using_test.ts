/**
 * What `using` ends at the end of a block. Node 22 does not know this word, so it stands in no other
 * test that runs there.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Window } from "../mod.ts";
import { createKinds } from "./support/kinds.ts";

describe("using", () => {
  it("unregisters a thread", () => {
    const stats = createKinds();
    {
      using thread = stats.registerThread("a");
      thread.metrics.hits.add(1);
      assertEquals(stats.threads()[0].state, "active");
    }
    assertEquals(stats.threads()[0].state, "retired");
    assertEquals(stats.metrics.hits.read(), 1);
  });

  it("subtracts from a gauge", () => {
    const stats = createKinds();
    const { jobs } = stats.registerThread().metrics;
    {
      using _ = jobs.scope();
      assertEquals(stats.metrics.jobs.read(), 1);
    }
    assertEquals(stats.metrics.jobs.read(), 0);
  });

  it("records a duration, unless the timer was ended before", () => {
    const stats = createKinds();
    const { latency } = stats.registerThread().metrics;
    {
      using _ = latency.time();
      assertEquals(stats.metrics.latency.read().count, 0);
    }
    assertEquals(stats.metrics.latency.read().count, 1);
    {
      using end = latency.startTimer();
      end();
    }
    assertEquals(stats.metrics.latency.read().count, 2);
  });

  it("discards a burst without a commit", () => {
    const stats = createKinds();
    const { cell } = stats.registerThread().metrics;
    const id = stats.metrics.cell.create();
    {
      using burst = cell.begin(id);
      burst.n = 100;
    }
    assertEquals(stats.metrics.cell.read(id), { n: 0 });
    {
      using burst = cell.begin(id);
      burst.n = 100;
      burst.commit();
    }
    assertEquals(stats.metrics.cell.read(id), { n: 100 });
  });

  it("stops a window", async () => {
    const stats = createKinds();
    let taken = 0;
    const source = { snapshot: () => (taken++, stats.snapshot()) };
    {
      using recent = new Window(source, { seconds: 0.06 });
      recent.start();
      while (taken < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const before = taken;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assertEquals(taken, before);
  });
});
