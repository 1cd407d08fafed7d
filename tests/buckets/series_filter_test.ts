import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { SeriesFilter } from "../../src/buckets/series_filter.ts";
import { makeBuckets, makeHandle } from "./make_table.ts";

const names = ["method", "toString"];

describe("SeriesFilter.matches()", () => {
  const { index, buckets } = makeBuckets(makeHandle(), { names, maxSeries: 3 });
  const label = (method: string, toString: string) => ({ method, toString }) as never;
  const ids = [
    buckets.intern(label("GET", "a"), "find").id,
    buckets.intern(label("PUT", "a"), "find").id,
    buckets.createAnonymous(),
    buckets.intern(label("GET", "b"), "find").id,
  ];
  const matches = (labels: object, isOverflow = false) => {
    const filter = new SeriesFilter(names, labels as Record<string, string>, isOverflow);
    return ids.filter((id) => filter.matches(index.describe(id)!));
  };
  const [get, put, anonymous, overflow] = ids;

  it("selects all buckets without labels", () => {
    assertEquals(matches({}), [get, put, anonymous, overflow]);
  });

  it("selects the series that have the labels, and no other bucket", () => {
    assertEquals(matches({ method: "GET" }), [get]);
    assertEquals(matches({ toString: "a" }), [get, put]);
    assertEquals(matches({ method: "PUT", toString: "a" }), [put]);
    assertEquals(matches({ toString: "b" }), []);
  });

  it("selects the overflow series by labels that mean it", () => {
    assertEquals(matches({ method: "GET", toString: "too long" }, true), [overflow]);
  });
});
