import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  type FieldSums,
  gauge,
  histogram,
  HistogramValue,
  max,
  type MetricDefinition,
  record,
  Snapshot,
  type SnapshotData,
  sum,
} from "../../mod.ts";
import { arithmeticOf, isMetricKind, mapGrowth } from "../../src/snapshots/arithmetic.ts";
import { createKinds, twoThreads } from "../support/kinds.ts";

const flow = record({ bytes: sum("u64"), delta: sum(), longest: max() });

/** A histogram's value with these counts, one bin for each of the boundaries 1 and 2. */
function counted(...counts: number[]): HistogramValue {
  const common = { scale: { boundaries: [1, 2] }, offset: 0, clamped: 0 };
  return new HistogramValue({
    ...{ ...common, counts: Float64Array.from(counts) },
    ...{ sum: counts[0] + 2 * counts[1], min: 1, max: 2 },
  });
}

function subtract(definition: MetricDefinition, later: unknown, earlier: unknown): unknown {
  return arithmeticOf(definition)!.subtractor(definition)(later, earlier);
}

function growth(
  definition: MetricDefinition,
  differences: unknown[],
  before: unknown[] = [],
): number | FieldSums {
  return arithmeticOf(definition)!.growth(definition, differences, before);
}

describe("arithmeticOf()", () => {
  it("subtracts the values of each kind", () => {
    assertEquals(subtract(counter(), 5, 3), 2);
    assertEquals(subtract(counter(), 3, 5), 0);
    assertEquals(subtract(gauge(), 5, 3), 5);
    const difference = subtract(histogram({ boundaries: [1, 2] }), counted(3, 4), counted(1, 4));
    assertInstanceOf(difference, HistogramValue);
    assertEquals([...difference.counts, difference.sum], [2, 0, 2]);
    assertEquals(
      subtract(
        flow,
        { bytes: 2n, delta: -Number.MAX_VALUE, longest: 9 },
        { bytes: 5n, delta: Number.MAX_VALUE, longest: 7 },
      ),
      { bytes: -3n, delta: -Number.MAX_VALUE, longest: 9 },
    );
  });

  it("adds up the growth of each kind", () => {
    assertEquals(growth(counter(), [1, 2]), 3);
    assertEquals(growth(gauge(), [1, -Infinity, 5], [4]), 2);
    assertEquals(growth(gauge({ aggregate: "latest" }), [1, 5], [4]), 2);
    assertEquals(growth(gauge({ aggregate: "max" }), [1, -Infinity, 5], [4]), 1);
    assertEquals(growth(gauge({ aggregate: "min" }), [1, Infinity, 5], [4]), -3);
    assertEquals(growth(gauge({ aggregate: "min" }), [Infinity], [4]), -4);
    assertEquals(growth(histogram({ boundaries: [1, 2] }), [counted(1, 2), counted(0, 4)]), 7);
    const rows = [{ bytes: 1n, delta: -1, longest: 3 }, { bytes: 4n, delta: 3, longest: 1 }];
    assertEquals(growth(flow, rows), { bytes: 5, delta: 2 });
    assertEquals(growth(flow, []), { bytes: 0, delta: 0 });
  });

  it("revives the values of histograms, and returns intact ones as they are", () => {
    const { revive, isIntact } = arithmeticOf(histogram({ boundaries: [1, 2] }))!.reviver!;
    const value = counted(1, 2);
    assert(isIntact(value));
    assert(revive(value) === value);
    const clone = structuredClone(value);
    assert(!isIntact(clone));
    const revived = revive(clone);
    assertInstanceOf(revived, HistogramValue);
    assertEquals(revived.count, 3);
    for (const definition of [counter(), gauge(), flow]) {
      assertEquals(arithmeticOf(definition)!.reviver, undefined);
    }
  });

  it("is undefined for kinds that this version does not know", () => {
    for (const kind of ["summary", "toString", "__proto__", "", undefined, 5]) {
      assertEquals(isMetricKind(kind), false);
      assertEquals(arithmeticOf({ ...counter(), kind } as unknown as MetricDefinition), undefined);
    }
  });
});

describe("mapGrowth()", () => {
  it("applies the function to a number, or to each field", () => {
    assertEquals(mapGrowth(3, (amount) => amount * 2), 6);
    assertEquals(mapGrowth({ a: 1, b: 2 }, () => NaN), { a: NaN, b: NaN });
  });
});

describe("Snapshot.since(), of a kind that this version does not know", () => {
  it("keeps the later value", () => {
    const stats = createKinds();
    const [{ metrics }] = twoThreads(stats);
    const take = (): SnapshotData => {
      const snapshot = stats.snapshot() as SnapshotData;
      const { hits } = snapshot.metrics;
      const definition = { ...hits.definition, kind: "summary" } as unknown as MetricDefinition;
      return new Snapshot({ ...snapshot, metrics: { hits: { ...hits, definition } } });
    };
    metrics.hits.add(2);
    const before = take();
    metrics.hits.add(3);
    const difference = new Snapshot(take()).since(before);
    assertEquals<unknown>(difference.metrics.hits.series[0].value, 5);
  });
});
