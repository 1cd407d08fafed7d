import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, gauge, record, sum, ThreadStats } from "../../mod.ts";
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

  it("reads a metric from its first update on, and copies the entries of the others", () => {
    const schema = defineSchema({
      small: counter(),
      depth: gauge({ aggregate: "latest" }),
      calls: counter({ labels: ["to"] }),
      cell: record({ a: sum() }),
      ...Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`lazy${n}`, gauge()])),
    });
    const stats = ThreadStats.create(schema);
    // deno-lint-ignore no-explicit-any -- some of the names are made
    const metrics = stats.registerThread("main").metrics as any;
    // deno-lint-ignore no-explicit-any -- likewise
    const read = (name: string) => (stats.snapshot().metrics as any)[name];
    const uses: [string, () => void][] = [
      ["small", () => metrics.small.add(0)],
      ["depth", () => metrics.depth.set(0)],
      ["calls", () => void stats.metrics.calls.id({ to: "x" })],
      ["cell", () => void stats.metrics.cell.create()],
      ["lazy69", () => metrics.lazy69.set(0)],
    ];
    for (const [name, use] of uses) {
      assertStrictEquals(read(name), read(name), `${name} is copied`);
      use();
      assert(read(name) !== read(name), `${name} is read`);
    }
    assertStrictEquals(read("lazy0"), read("lazy0"));
    assert(Object.isFrozen(read("lazy0").series) && Object.isFrozen(read("lazy0").series[0]));
  });

  it("keeps the entries of unused metrics while threads come and use the others", () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter(), unused: counter() }));
    const update = (name: string) => {
      const thread = stats.registerThread(name);
      thread.metrics.jobs.add();
      thread.unregister();
    };
    update("first");
    const before = stats.snapshot().metrics;
    update("second");
    const after = stats.snapshot().metrics;
    assertEquals(after.jobs.series[0].value, 2);
    assertStrictEquals(after.unused, before.unused);
  });
});
