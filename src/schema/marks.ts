/**
 * Marks by which one copy of this module knows what another one has made: a program may load it
 * twice, from two packages or in the realm of a test runner.
 *
 * A mark is a claim and no proof. What has it and is not of this copy is made anew from what it
 * says of itself, by the functions that check all definitions.
 *
 * @module
 */

import { isPlain } from "../base/shapes.ts";

const MARKS = {
  definition: Symbol.for("@x/thread-stats definition"),
  schema: Symbol.for("@x/thread-stats schema"),
};

/** Marks an object that is not frozen yet. Not enumerable, so that no copy of it has the mark. */
export function mark(object: object, kind: keyof typeof MARKS): void {
  Object.defineProperty(object, MARKS[kind], { value: true });
}

/** Whether something has a mark of its own. */
export function isMarked(value: unknown, kind: keyof typeof MARKS): value is object {
  return isPlain(value) && Object.hasOwn(value, MARKS[kind]);
}
