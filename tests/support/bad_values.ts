/**
 * Values that updates refuse, with what the error text says that it got.
 *
 * @module
 */

/** Numbers that are not finite. */
export const NOT_FINITE: readonly (readonly [number, string])[] = [
  [NaN, "NaN"],
  [Infinity, "Infinity"],
  [-Infinity, "-Infinity"],
];

/** Numbers that are negative or not finite. */
export const NEGATIVE_OR_NOT_FINITE: readonly (readonly [number, string])[] = [
  [-1, "-1"],
  [-Number.MIN_VALUE, "-5e-324"],
  ...NOT_FINITE,
];

/** Values that are not numbers. `undefined` is not among them: it means the default. */
export const NOT_NUMBERS: readonly (readonly [unknown, string])[] = [
  [null, "null"],
  ["1", '"1"'],
  [1n, "1n"],
  [true, "true"],
  [{}, "an object"],
  [[1], "[1]"],
  [Symbol("x"), "a symbol"],
];
