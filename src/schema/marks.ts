/**
 * Recognizes definitions and schemas: those that this copy of the module has checked, and those
 * that another copy has made. A program may load the module twice, from two packages or in the
 * realm of a test runner.
 *
 * Another copy's objects carry a mark, which anybody can forge. So they are only read, and rebuilt
 * from their properties by the functions that check all definitions.
 *
 * @module
 */

import { isPlain } from "../base/shapes.ts";

const MARKS = {
  definition: Symbol.for("@x/thread-stats definition"),
  schema: Symbol.for("@x/thread-stats schema"),
};

/** What can be marked. */
type Marked = keyof typeof MARKS;

/** The objects that this copy of the module has checked. Nothing else is in these sets. */
const checked: Readonly<Record<Marked, WeakSet<object>>> = {
  definition: new WeakSet(),
  schema: new WeakSet(),
};

/** Freezes an object that this copy has checked, marks it for other copies, and returns it. */
export function seal<Sealed extends object>(object: Sealed, as: Marked): Sealed {
  mark(object, as);
  checked[as].add(Object.freeze(object));
  return object;
}

/**
 * Whether an object came from {@linkcode seal} of this copy: it was checked, and nobody changed it.
 */
export function isSealed(value: unknown, as: Marked): value is object {
  return typeof value === "object" && value !== null && checked[as].has(value);
}

/** Marks an object. The mark is not enumerable, so that copies of the object do not have it. */
export function mark(object: object, as: Marked): void {
  Object.defineProperty(object, MARKS[as], { value: true });
}

/** Whether an object has a mark as its own property. */
export function isMarked(value: unknown, as: Marked): value is object {
  return isPlain(value) && Object.hasOwn(value, MARKS[as]);
}
