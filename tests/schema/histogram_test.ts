import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, histogram, type HistogramDefinition } from "../../mod.ts";
import { scaleOf } from "../../src/metrics/histogram/bin_scale.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Calls with what TypeScript would refuse. */
const define = histogram as unknown as (options: unknown) => HistogramDefinition;
const what = "Cannot define a histogram";

describe("histogram()", () => {
  it("is log-linear within 1 % by default", () => {
    assertEquals(histogram({ lowest: 1, highest: 2 }), {
      kind: "histogram",
      help: "",
      unit: "",
      labels: [],
      maxSeries: 2000,
      bins: { lowest: 1, highest: 2, relativeError: 0.01 },
    });
  });

  it("refuses the label that a histogram's buckets have in Prometheus", () => {
    assertRefuses(
      () => define({ lowest: 1, highest: 2, labels: ["le"] }),
      TypeError,
      `Cannot define a label: le is the upper bound of a histogram's buckets, got "le"`,
    );
  });

  it("keeps its options, frozen", () => {
    const words = { help: "h", unit: "bytes", labels: ["a"], maxSeries: 7 } as const;
    const boundaries = [0, 0.5, 1e300];
    const definition = histogram({ ...words, boundaries });
    assertEquals(definition, { kind: "histogram", ...words, labels: ["a"], bins: { boundaries } });
    assert(Object.isFrozen(definition) && Object.isFrozen(definition.bins));
    boundaries.push(NaN);
    assertEquals(definition.bins, { boundaries: [0, 0.5, 1e300] });
    assert("boundaries" in definition.bins && Object.isFrozen(definition.bins.boundaries));
    assertEquals(defineSchema({ definition }).metrics.definition, definition);
  });

  it("takes every range that doubles have, if the bins are not too many", () => {
    for (
      const [lowest, highest, relativeError] of [
        [2 ** -1022, Number.MAX_VALUE, 0.1],
        [2 ** -1000, 2 ** 1000, 0.5],
        [1, 1.5, 1e-4],
        [5, 5 + 2 ** -40, 1],
      ]
    ) {
      const { bins } = histogram({ lowest, highest, relativeError });
      assertEquals(bins, { lowest, highest, relativeError });
      assert(scaleOf(bins).size <= 2 * 65_536);
    }
  });

  it("refuses options of the wrong shape", () => {
    const needed = "it needs boundaries, or lowest and highest";
    const cases: [unknown, string][] = [
      [null, `${what}: the options must be an object, got null`],
      [undefined, `${what}: the options must be an object, got undefined`],
      [{}, `${what}: ${needed}, got neither`],
      [{ unit: "seconds", relativeError: 0.1 }, `${what}: ${needed}, got neither`],
      [{ lowest: 1 }, `${what}: ${needed}, got lowest alone`],
      [{ highest: 1 }, `${what}: ${needed}, got highest alone`],
      [{ lowest: "1", highest: 2 }, `${what}: lowest must be a number, got "1"`],
      [{ lowest: 1, highest: 2n }, `${what}: highest must be a number, got 2n`],
      [
        { lowest: 1, highest: 2, relativeError: null },
        `${what}: relativeError must be a number, got null`,
      ],
      [{ boundaries: "1" }, `${what}: boundaries must be an array, got "1"`],
      [{ boundaries: null }, `${what}: boundaries must be an array, got null`],
      [{ boundaries: [1, "2"] }, `${what}: a boundary must be a number, got "2"`],
      [
        { boundaries: [1], lowest: 1 },
        `${what}: it has either boundaries or lowest and highest, got boundaries and lowest`,
      ],
      [
        { boundaries: [1], relativeError: 1 },
        `${what}: it has either boundaries or lowest and highest, got boundaries and relativeError`,
      ],
      [{ boundaries: [1], help: 1 }, `${what}: help must be a string, got 1`],
      [{ boundaries: [1], labels: 1 }, `${what}: labels must be an array, got 1`],
    ];
    for (const [options, text] of cases) assertRefuses(() => define(options), TypeError, text);
  });

  it("refuses options that are out of range", () => {
    const range = (got: string) =>
      `${what}: 2^-1022 <= lowest < highest < Infinity is needed, got ${got}`;
    const rising = (got: string) =>
      `${what}: boundaries must be finite, not negative and rising, got ${got}`;
    const error = (got: string) => `${what}: relativeError must be from 1e-6 to 1, got ${got}`;
    const cases: [unknown, string][] = [
      [{ lowest: 0, highest: 1 }, range("[0,1]")],
      [{ lowest: 2 ** -1023, highest: 1 }, range("[1.1125369292536007e-308,1]")],
      [{ lowest: -1, highest: 1 }, range("[-1,1]")],
      [{ lowest: 1, highest: 1 }, range("[1,1]")],
      [{ lowest: 2, highest: 1 }, range("[2,1]")],
      [{ lowest: 1, highest: Infinity }, range("[1,Infinity]")],
      [{ lowest: NaN, highest: 1 }, range("[NaN,1]")],
      [{ lowest: 1, highest: 2, relativeError: 0 }, error("0")],
      [{ lowest: 1, highest: 2, relativeError: 9e-7 }, error("9e-7")],
      [{ lowest: 1, highest: 2, relativeError: 1.1 }, error("1.1")],
      [{ lowest: 1, highest: 2, relativeError: NaN }, error("NaN")],
      [
        { lowest: 1, highest: 2, relativeError: 1e-6 },
        `${what}: at most about 65536 bins are needed, got 3000000`,
      ],
      [
        { lowest: 1e-9, highest: 1e9, relativeError: 5e-4 },
        `${what}: at most about 65536 bins are needed, got ${
          Math.ceil(2000 * (Math.log2(1e9) - Math.log2(1e-9) + 2))
        }`,
      ],
      [{ boundaries: [] }, `${what}: 1 to 65535 boundaries are needed, got 0`],
      [
        { boundaries: Array(65_536).fill(0) },
        `${what}: 1 to 65535 boundaries are needed, got 65536`,
      ],
      [{ boundaries: [1, 1] }, rising("[1,1]")],
      [{ boundaries: [2, 1] }, rising("[2,1]")],
      [{ boundaries: [-1] }, rising("[-1]")],
      [{ boundaries: [NaN] }, rising("[NaN]")],
      [{ boundaries: [1, Infinity] }, rising("[1,Infinity]")],
      [
        { boundaries: [1], maxSeries: 0 },
        `${what}: maxSeries must be an integer from 1 to 2^29, got 0`,
      ],
    ];
    for (const [options, text] of cases) assertRefuses(() => define(options), RangeError, text);
  });
});
