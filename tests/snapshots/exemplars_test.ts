import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, histogram, Snapshot, ThreadStats } from "../../mod.ts";
import { exemplarsOf } from "../../src/snapshots/exemplars.ts";

const schema = defineSchema({ hits: counter(), size: histogram({ boundaries: [1, 10] }) });

function exemplar(a: string) {
  return { exemplar: { a } };
}

describe("Snapshot.since()", () => {
  it("keeps the exemplars that the earlier snapshot did not have", () => {
    const stats = ThreadStats.create(schema);
    const { hits, size } = stats.registerThread().metrics;
    hits.add(1, exemplar("old"));
    size.record(1, exemplar("old"));
    size.record(5, exemplar("old"));
    const before = stats.snapshot({ perThread: true });
    size.record(5, exemplar("new"));
    hits.add(1);
    const { metrics } = stats.snapshot({ perThread: true }).since(structuredClone(before));
    const [hitsRow] = metrics.hits.series;
    assertEquals(Object.hasOwn(hitsRow, "exemplars"), false);
    assertEquals(Object.hasOwn(hitsRow.perThread![0], "exemplars"), false);
    const [sizeRow] = metrics.size.series;
    for (const owner of [sizeRow, sizeRow.perThread![0]]) {
      assertEquals(owner.exemplars!.map(({ labels, value }) => [labels.a, value]), [["new", 5]]);
    }
    // The snapshots themselves are as they were.
    assertEquals(before.metrics.size.series[0].exemplars!.length, 2);
  });

  it("keeps all exemplars of a bucket that was cleared in between, whatever the clock says", () => {
    const stats = ThreadStats.create(schema);
    const { hits } = stats.registerThread().metrics;
    const { now } = Date;
    hits.add(1, exemplar("old"));
    const before = stats.snapshot();
    stats.metrics.hits.clear();
    try {
      Date.now = () => 1e12;
      hits.add(1, exemplar("new"));
    } finally {
      Date.now = now;
    }
    const [{ exemplars }] = stats.snapshot().since(before).metrics.hits.series;
    assertEquals(exemplars, [{ labels: { a: "new" }, value: 1, time: 1e12 }]);
  });

  it("adds no exemplars to rows without any", () => {
    const stats = ThreadStats.create(schema);
    const { hits } = stats.registerThread().metrics;
    hits.add(1);
    const before = stats.snapshot();
    hits.add(1);
    const [row] = stats.snapshot().since(before).metrics.hits.series;
    assertEquals(Object.keys(row).sort(), ["epoch", "id", "labels", "value"]);
  });
});

describe("exemplarsOf()", () => {
  it("leaves out what is no exemplar: a snapshot may come by message", () => {
    const good = { labels: { a: "1" }, value: 1, time: 2 };
    const bad = [
      null,
      1,
      {},
      { ...good, value: -1 },
      { ...good, value: NaN },
      { ...good, value: "1" },
      { ...good, time: Infinity },
      { ...good, labels: null },
      { ...good, labels: { 'a"} 1\nb': "1" } },
      { ...good, labels: { a: 1 } },
    ];
    assertEquals(exemplarsOf({ exemplars: [...bad, good] as never }), [good]);
    for (const exemplars of [undefined, null, 1, "ab", {}]) {
      assertEquals(exemplarsOf({ exemplars: exemplars as never }), []);
    }
    assertEquals(exemplarsOf(Object.create({ exemplars: [good] })), []);
    assertEquals(exemplarsOf({}), []);
  });

  it("are those of a snapshot that came by message", () => {
    const stats = ThreadStats.create(schema);
    stats.registerThread().metrics.size.record(3, exemplar("a"));
    const snapshot = stats.snapshot();
    const copy = new Snapshot(structuredClone({ ...snapshot }) as typeof snapshot);
    const [row] = copy.metrics.size.series;
    assertEquals(exemplarsOf(row), snapshot.metrics.size.series[0].exemplars);
    assertEquals(row.value.count, 1);
  });
});
