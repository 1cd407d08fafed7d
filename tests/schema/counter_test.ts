import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, type CounterDefinition } from "../../mod.ts";
import { assertRefuses } from "../metrics/observe.ts";

/** Without the types, so that it can be called with invalid arguments. */
const define = counter as unknown as (options: unknown) => CounterDefinition;

describe("counter()", () => {
  it("makes help and unit well-formed Unicode", () => {
    const { help, unit } = counter({ help: "Jobs \ud83d", unit: "\udc00s" });
    assertEquals([help, unit], ["Jobs \ufffd", "\ufffds"]);
  });

  it("has an empty help and unit, no labels and 2000 series by default", () => {
    assertEquals(counter(), {
      kind: "counter",
      help: "",
      unit: "",
      labels: [],
      maxSeries: 2000,
      maxLabelLength: 1024,
    });
  });

  it("keeps its options", () => {
    assertEquals(
      counter({ help: "h", unit: "bytes", labels: ["a", "b"], maxSeries: 1, maxLabelLength: 9 }),
      {
        kind: "counter",
        help: "h",
        unit: "bytes",
        labels: ["a", "b"],
        maxSeries: 1,
        maxLabelLength: 9,
      },
    );
  });

  it("keeps its name as it is, and has no such property without one", () => {
    for (const name of ["HTTP_Requests", "job:errors:rate5m", "http.requests", '花 火\n"']) {
      assertEquals(Object.entries(counter({ name })).slice(0, 2), [["kind", "counter"], [
        "name",
        name,
      ]]);
    }
    assertEquals(Object.hasOwn(counter({ name: undefined }), "name"), false);
  });

  it("copies the labels, so later changes have no effect", () => {
    const labels = ["a"];
    const definition = counter({ labels });
    labels.push("b");
    assertEquals(definition.labels, ["a"]);
    assert(Object.isFrozen(definition.labels));
  });

  it("refuses options of the wrong shape", () => {
    const cases: [unknown, string][] = [
      [null, "Cannot define a counter: the options must be an object, got null"],
      ["help", 'Cannot define a counter: the options must be an object, got "help"'],
      [{ help: 1 }, "Cannot define a counter: help must be a string, got 1"],
      [
        { name: 1 },
        "Cannot define a counter: name must be well-formed Unicode, not empty and without U+0000, got 1",
      ],
      [
        { name: null },
        "Cannot define a counter: name must be well-formed Unicode, not empty and without U+0000, got null",
      ],
      [
        { name: "" },
        'Cannot define a counter: name must be well-formed Unicode, not empty and without U+0000, got ""',
      ],
      [
        { name: "a\ud800" },
        'Cannot define a counter: name must be well-formed Unicode, not empty and without U+0000, got "a\\ud800"',
      ],
      [
        { name: "a\0" },
        'Cannot define a counter: name must be well-formed Unicode, not empty and without U+0000, got "a\\u0000"',
      ],
      [{ unit: 1n }, "Cannot define a counter: unit must be a string, got 1n"],
      [{ labels: "a" }, 'Cannot define a counter: labels must be an array, got "a"'],
      [{ labels: null }, "Cannot define a counter: labels must be an array, got null"],
      [
        { labels: ["a", "a"] },
        'Cannot define a counter: no two labels may be the same in snake case, got ["a","a"]',
      ],
    ];
    for (const [options, text] of cases) assertRefuses(() => define(options), TypeError, text);
  });

  it("refuses illegal names of labels", () => {
    const bad: [label: unknown, got: string, legal?: string][] = [
      ["", '""'],
      ["1a", '"1a"', ", such as _1a"],
      ["a-b", '"a-b"', ", such as a_b"],
      ["ä", '"ä"'],
      ["a\n", '"a\\n"', ", such as a"],
      ["__proto__", '"__proto__"', ", such as proto"],
      [undefined, "undefined"],
      [Symbol("s"), "a symbol"],
    ];
    for (const [label, got, legal = ""] of bad) {
      const rule = `names consist of letters, digits and _, and do not begin with a digit${legal}`;
      const text = `Cannot define a label: ${rule}, got ${got}`;
      assertRefuses(() => define({ labels: ["fine", label] }), TypeError, text);
    }
  });

  it("refuses labels that Prometheus reserves, or that would be the same there", () => {
    assertRefuses(
      () => define({ labels: ["__name"] }),
      TypeError,
      `Cannot define a label: Prometheus reserves names that begin with __, got "__name"`,
    );
    assertRefuses(
      () => define({ labels: ["aB", "a_b"] }),
      TypeError,
      `Cannot define a counter: no two labels may be the same in snake case, got ["aB","a_b"]`,
    );
    assertRefuses(
      () => define({ labels: ["otelMetricOverflow"] }),
      TypeError,
      `Cannot define a label: otel_metric_overflow is the label of the overflow series, got "otelMetricOverflow"`,
    );
    define({ labels: ["le", "thread", "id"] });
  });

  for (
    const [name, most, words] of [
      ["maxSeries", 2 ** 29, "2^29"],
      ["maxLabelLength", 2 ** 20, "2^20"],
    ] as const
  ) {
    it(`refuses a ${name} that is no integer from 1 to ${words}`, () => {
      const bad: [unknown, string][] = [
        [0, "0"],
        [-1, "-1"],
        [1.5, "1.5"],
        [NaN, "NaN"],
        [Infinity, "Infinity"],
        [most + 1, `${most + 1}`],
      ];
      for (const [limit, got] of bad) {
        const text =
          `Cannot define a counter: ${name} must be an integer from 1 to ${words}, got ${got}`;
        assertRefuses(() => define({ [name]: limit }), RangeError, text);
      }
      assertRefuses(
        () => define({ [name]: "5" }),
        TypeError,
        `Cannot define a counter: ${name} must be a number, got "5"`,
      );
      assertEquals(counter({ labels: ["a"], [name]: most })[name], most);
    });
  }

  it("refuses more than 512 labels, without reading them", () => {
    const labels = Array.from({ length: 512 }, (_, n) => `label_${n}`);
    assertEquals(counter({ labels }).labels.length, 512);
    const tooMany: unknown[][] = [[...labels, "more"], Array(2 ** 32 - 1)];
    for (const labels of tooMany) {
      assertRefuses(
        () => define({ labels }),
        RangeError,
        `Cannot define a counter: it may have at most 512 labels, got ${labels.length}`,
      );
    }
  });
});
