import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { LabelIndex } from "../../src/buckets/label_index.ts";

const schema = defineSchema({ hits: counter({ labels: ["key"] }) });

describe("SnapshotRows.collect()", () => {
  it("has no row of a bucket whose labels got another one during the read", () => {
    const stats = ThreadStats.create(schema);
    const other = ThreadStats.attach(schema, stats.handle);
    const { hits } = stats.registerThread().metrics;
    const last = 63;
    for (let n = 0; n <= last; n++) hits.labels({ key: `${n}` }).add();
    const { at } = LabelIndex.prototype;
    let hasMoved = false;
    LabelIndex.prototype.at = function (id, epoch) {
      // The rows before this one were read, and the next segment was not.
      if (id === last && !hasMoved) {
        hasMoved = true;
        const { hits } = other.metrics;
        const old = hits.id({ key: "5" });
        hits.destroy(old);
        assertStrictEquals(hits.id({ key: "new" }), old);
        assertStrictEquals(hits.id({ key: "5" }), last + 1);
      }
      return at.call(this, id, epoch);
    };
    let keys: (string | undefined)[];
    try {
      keys = stats.snapshot().metrics.hits.series.map(({ labels }) => labels.key);
    } finally {
      LabelIndex.prototype.at = at;
    }
    assertStrictEquals(hasMoved, true);
    assertEquals(keys.filter((key) => key === "5"), ["5"]);
    assertStrictEquals(new Set(keys).size, keys.length);
  });
});
