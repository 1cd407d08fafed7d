import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mergeLists, mergeNumbers, mergeOfFact } from "../../src/prom_client/merging.ts";

const PARTS = [{ slot: 2, value: 5 }, { slot: 0, value: 3 }, { slot: 1, value: 10 }];

describe("merging", () => {
  it("mergeNumbers() merges by each aggregator", () => {
    const merged = (merge: string, slot = 1) => mergeNumbers(merge, PARTS, slot);
    assertEquals(merged("sum"), 18);
    assertEquals(merged("min"), 3);
    assertEquals(merged("max"), 10);
    assertEquals(merged("average"), 6);
    assertEquals(merged("first"), 3);
    assertEquals(merged("omit"), 10);
    assertEquals(merged("omit", 7), undefined);
    assertEquals(merged("own"), 10);
    assertEquals(merged("own", 7), 3);
    assertEquals(merged("unknown"), 18);
    assertEquals(mergeNumbers("sum", [], 0), undefined);
    // Parts of threads that have measured nothing yet.
    const unknown = { slot: 3, value: NaN };
    assertEquals(mergeNumbers("average", [...PARTS, unknown], 0), 6);
    assertEquals(mergeNumbers("average", [unknown], 0), NaN);
  });

  it("mergeLists() merges position by position", () => {
    const parts = [{ slot: 0, value: [1, 2] }, { slot: 1, value: [3, 0] }];
    assertEquals(mergeLists("sum", parts, 0), [4, 2]);
    assertEquals(mergeLists("max", parts, 0), [3, 2]);
    assertEquals(mergeLists("omit", parts, 1), [3, 0]);
    assertEquals(mergeLists("omit", parts, 2), undefined);
    assertEquals(mergeLists("sum", [], 2), undefined);
  });

  it("mergeOfFact() knows facts by their names", () => {
    for (const name of ["up", "app_up", "app_info", "config_version", "job_timestamp_seconds"]) {
      assertEquals(mergeOfFact(name), "max", name);
    }
    for (const name of ["queue_depth", "backup", "information", "uploads", "versions"]) {
      assertEquals(mergeOfFact(name), undefined, name);
    }
  });
});
