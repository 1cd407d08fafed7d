/**
 * What a program may hand in by mistake or on purpose: values of any shape, names that would run or reach into a prototype, text of any
 * kind.
 *
 * @module
 */
import { type Arbitrary, fc } from "./fast_check.ts";

/** Values of any shape, with the keys that go wrong most often. */
export const anything: Arbitrary<unknown> = fc.anything({
  key: fc.oneof(
    fc.string(),
    fc.constantFrom(
      ...[
        "__proto__",
        "constructor",
        "prototype",
        "toString",
        "valueOf",
        "toJSON",
        "length",
      ],
      ...[
        "help",
        "unit",
        "labels",
        "maxSeries",
        "maxLabelLength",
        "aggregate",
        "boundaries",
        "lowest",
        "highest",
      ],
      ...[
        "relativeError",
        "op",
        "type",
        "kind",
        "fields",
        "bins",
        "threadStats",
        "buffer",
        "seat",
      ],
    ),
  ),
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

/** Names that are properties of every object, or words of the language, or of the library's own code. */
export const INHERITED: readonly string[] = [
  ...Object.getOwnPropertyNames(Object.prototype),
  ...Object.getOwnPropertyNames(Function.prototype),
  ...[
    "class",
    "delete",
    "return",
    "this",
    "null",
    "default",
    "yield",
    "await",
    "then",
    "toJSON",
  ],
  ...[
    "update",
    "begin",
    "commit",
    "merge",
    "discard",
    "apply",
    "values",
    "bits",
    "base",
    "delta",
  ],
  ...[
    "v0",
    "tools",
    "metric",
    "fields",
    "id",
    "labels",
    "reject",
    "addHalves",
    "Base",
    "read",
  ],
  ...[
    "otel_metric_overflow",
    "undefined",
    "NaN",
    "arguments",
    "eval",
    "globalThis",
    "process",
  ],
];

/** Texts that would run if they came into generated code. They would set `globalThis.reached`. */
export const CODE: readonly string[] = [
  'a"];globalThis.reached=1//',
  "a;globalThis.reached=1",
  "a() { globalThis.reached = 1 } b",
  "${globalThis.reached=1}",
  "`+(globalThis.reached=1)+`",
  "a\nglobalThis.reached=1",
  "a\u2028globalThis.reached=1",
  "\\u0061",
  "[(globalThis.reached=1)]",
  "a.b",
  "a-b",
  "#a",
  "ä",
  "a\u200d",
];

/** Names, most of which are none. */
export const anyName: Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/),
  fc.constantFrom(...INHERITED, ...CODE),
);

/** Any sequence of code units: lone surrogates, zeros, and all. */
const anyUnits = fc.array(
  fc.oneof(
    fc.nat(0xffff),
    fc.integer({ min: 0xd800, max: 0xdfff }),
    fc.integer({ min: 32, max: 126 }),
  ),
  { maxLength: 40 },
).map((units) => String.fromCharCode(...units));

/** Texts of labels. */
export const anyText: Arbitrary<string> = fc.oneof(
  anyUnits,
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", ...INHERITED, ...CODE),
  fc.tuple(anyUnits, fc.nat(3000)).map(([text, times]) => text.repeat(times).slice(0, 20_000)),
);

/** Does something while `Object.prototype` has these properties. */
export function polluted<Result>(
  properties: Readonly<Record<string, unknown>>,
  use: () => Result,
): Result {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(Object.prototype, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  try {
    return use();
  } finally {
    for (const name of Object.keys(properties)) {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
  }
}
