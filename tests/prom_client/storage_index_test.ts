import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { StorageIndex } from "../../src/prom_client/storage_index.ts";

const row = (id: number, metric: string, series: string, slot: string, value: number) => ({
  id,
  labels: { metric, series, slot },
  value,
});

describe("StorageIndex", () => {
  it("update() replaces values, and adds and forgets buckets", () => {
    const index = new StorageIndex<number>();
    const first = row(0, "m", "a", "0", 1);
    index.update([first, row(1, "m", "a", "1", 2), row(2, "n", "b", "0", 3)]);
    const parts = index.partsOf("m").get("a")!;
    assertEquals(parts.map(({ slot, value }) => [slot, value]), [[0, 1], [1, 2]]);

    index.update([{ ...first, value: 10 }, row(1, "m", "c", "1", 5)]); // id 1 has another life
    assert(index.partsOf("m").get("a") === parts);
    assertEquals(parts.map(({ slot, value }) => [slot, value]), [[0, 10]]);
    assertEquals(index.partsOf("m").get("c")!.map(({ value }) => value), [5]);
    assertEquals(index.partsOf("n").size, 0);

    index.update([]);
    assertEquals(index.partsOf("m").size, 0);
  });

  it("update() leaves out the overflow series and slots that are not active", () => {
    const index = new StorageIndex<number>();
    const overflow = { id: 9, labels: { otel_metric_overflow: "true" }, value: 1 };
    const rows = [overflow, row(0, "m", "a", "0", 1), row(1, "m", "a", "1", 2)];
    index.update(rows, new Set(["1"]));
    assertEquals(index.partsOf("m").get("a")!.map(({ slot }) => slot), [1]);
    index.update(rows, new Set(["0"]));
    assertEquals(index.partsOf("m").get("a")!.map(({ slot }) => slot), [0]);
  });
});
