/**
 * Makes objects that users hold unchangeable.
 *
 * What decides where memory is written is in `#private` fields, or in objects that no property of a public one leads to. This does the rest:
 * nobody can put another function in the place of a method that the library, or the program, goes on to call.
 *
 * @module
 */

/** Freezes an object and the prototypes that it has from the library. Its `#private` fields can still change. */
export function harden<T extends object>(value: T): T {
  for (
    let part = value;
    part !== null && part !== Object.prototype;
    part = Object.getPrototypeOf(part)
  ) Object.freeze(part);
  return value;
}
