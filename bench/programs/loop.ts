/**
 * Updates as a program writes them: the form of the cases, and what all of them get.
 *
 * The one definition of "as a program writes them", for every case: the numbers vary and come from
 * arrays, whole ones and fractional ones; every change of a record is an object of its own; labels
 * are an object of their own at each lookup; one call site serves one writer, or four in turn. Each
 * case runs in a process that also runs all others, in turns, and in a process of its own.
 *
 * The ideal loops in `cases/` differ in each of these: they add the constant 1 to one counter, or
 * change one field of one object that they use again and again.
 *
 * @module
 */

import { Random } from "../../tests/support/random.ts";
import type { Row } from "../results.ts";

/** How many different values there are: a power of two, so that a mask cycles through them. */
export const round = 4096;

/** The mask that cycles through the values. */
export const mask = round - 1;

/** A case that is ready to run. */
export interface Loop {
  /** Does so many operations, a multiple of {@linkcode round}. */
  run(operations: number): void;
  /** What was counted in all. */
  total(): number | Promise<number>;
  /** How much of that one round of operations counts. */
  readonly perRound: number;
}

/** One row of the tables. */
export interface ProgramCase {
  /** The operation. Cases of one group and equal circumstances are compared. */
  readonly group: string;
  /** The implementation. */
  readonly name: ProgramName;
  readonly at: Row["at"];
  prepare(): Loop | Promise<Loop>;
}

/** The implementations. */
export type ProgramName =
  | "plain"
  | "library"
  | "mutex"
  | "shared atomics"
  | "prom-client"
  | "hdr-histogram-js, WASM";

const random = new Random(7);

/** Whole numbers as programs count them: bytes, items. */
const whole = Array.from({ length: round }, () => 1 + random.below(1500));

/** Fractions whose sums are exact, so that totals can be compared: multiples of 1 / 1024. */
const fractional = whole.map((value) => value + 0.5 ** (1 + random.below(10)));

/** The increments that come from arrays, by kind. */
export const increments = { whole, fractional };

/** The kind of the increments. */
export type Increments = keyof typeof increments;

/** The sum of the values. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

let texts = 0;

/**
 * Compiles a function anew, so that it learns nothing from the other cases that have the same text:
 * a function of a program has one text and one closure. The number makes the texts differ, because
 * V8 compiles equal texts once. The function sees no variable but its parameters.
 */
export function fresh<Make extends (...args: never[]) => unknown>(make: Make): Make {
  return new Function(`/* ${++texts} */ return ${make}`)();
}
