import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { openParts } from "../../src/attachment.ts";
import { SnapshotTaker } from "../../src/snapshots/take_snapshot.ts";
import { openHandle } from "../../src/threads/handle.ts";

const OPTIONS = { perThread: false, threadTotals: false };

describe("SnapshotTaker.take()", () => {
  it("leaves out metrics that another thread defines while it runs", () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    const { arena, cells, catalogue } = openParts("test", openHandle("test", stats.handle));
    // Defines a metric right after each look at the log.
    let defined = 0;
    const taker = new SnapshotTaker({
      arena,
      cells,
      catalogue: {
        all(action: string) {
          const metrics = catalogue.all(action);
          stats.extend(defineSchema({ [`late${++defined}`]: counter() }));
          return metrics;
        },
      },
    });
    assertEquals(Object.keys(taker.take([], OPTIONS).metrics), ["jobs"]);
    assertEquals(Object.keys(taker.take([], OPTIONS).metrics), ["jobs", "late1"]);
  });
});
