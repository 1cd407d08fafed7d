import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { LabelIndex } from "../../src/buckets/label_index.ts";
import { columnsOf } from "../../src/snapshots/metric_snapshot.ts";
import { Random } from "../support/random.ts";

const schema = defineSchema({ hits: counter({ labels: ["key"] }) });

function filled(series: number) {
  const stats = ThreadStats.create(schema);
  const { hits } = stats.registerThread().metrics;
  for (let n = 0; n < series; n++) hits.labels({ key: `${n}` }).add(n);
  const take = () => columnsOf(stats.snapshot().metrics.hits)!;
  return { stats, hits, take };
}

describe("SnapshotColumns.collect()", () => {
  it("reads no labels, and returns the same list, while there are the same series", () => {
    const { hits, take } = filled(100);
    const first = take();
    const { at } = LabelIndex.prototype;
    let reads = 0;
    LabelIndex.prototype.at = function (id, epoch) {
      reads++;
      return at.call(this, id, epoch);
    };
    try {
      hits.labels({ key: "7" }).add(10);
      const second = take();
      assertEquals(reads, 0);
      assertStrictEquals(second.list, first.list);
      assertEquals([first.values[7], second.values[7]], [7, 17]);
    } finally {
      LabelIndex.prototype.at = at;
    }
  });

  it("makes another list after a series was created, destroyed, made again or cleared", () => {
    const { stats, hits, take } = filled(100);
    const series = stats.metrics.hits;
    const changes: (() => void)[] = [
      () => hits.labels({ key: "new" }).add(5),
      () => series.destroy({ key: "new" }),
      () => series.destroy({ key: "3" }),
      () => series.id({ key: "other" }),
      () => series.clear({ key: "99" }),
      () => series.destroy({ key: "99" }),
      () => series.destroy({ key: "0" }),
    ];
    let before = take();
    for (const change of changes) {
      change();
      const now = take();
      assertNotStrictEquals(now.list, before.list);
      const expected = series.series();
      assertEquals([...now.list.ids], expected.map(({ id }) => id));
      assertEquals(now.list.labels, expected.map(({ labels }) => labels));
      assertEquals([...now.values], expected.map(({ value }) => value));
      assertStrictEquals(take().list, now.list);
      before = now;
    }
  });

  it("has the rows that a new reader of the same memory has, after any changes", () => {
    const { stats, hits } = filled(100);
    const random = new Random(5);
    for (let round = 0; round < 200; round++) {
      for (let n = random.below(6); n > 0; n--) {
        const key = `${random.below(150)}`;
        const id = stats.metrics.hits.id({ key });
        random.pick([
          () => stats.metrics.hits.destroy(id),
          () => stats.metrics.hits.clear(id),
          () => hits.labels({ key }).add(random.below(100)),
          () => hits.labels({ key }).add(random.below(100)),
        ])();
      }
      const other = ThreadStats.attach(schema, stats.handle);
      assertEquals(stats.snapshot().metrics.hits.series, other.snapshot().metrics.hits.series);
    }
  });

  it("selects by labels, and then knows nothing of the other series", () => {
    const { stats, take } = filled(100);
    const { list } = take();
    assertEquals(stats.metrics.hits.series({ key: "7" }).map(({ value }) => value), [7]);
    assertStrictEquals(take().list, list);
  });

  it("has the exemplars of the same series in each snapshot", () => {
    const { hits, take } = filled(100);
    assertEquals(take().exemplars, undefined);
    hits.labels({ key: "70" }).add(1, { exemplar: { trace: "a" } });
    for (let n = 0; n < 2; n++) {
      const { exemplars } = take();
      assert(exemplars !== undefined);
      assertEquals([...exemplars.keys()], [70]);
      assertEquals(exemplars.get(70)![0].labels, { trace: "a" });
    }
  });
});
