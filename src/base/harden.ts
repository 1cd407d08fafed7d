/**
 * Makes public objects immutable.
 *
 * `#private` fields, or objects that no public property leads to, hold everything that decides
 * where memory is written. Freezing does the rest: nobody can replace a method that the library or
 * the program still calls.
 *
 * @module
 */

/**
 * Freezes an object and its prototypes up to `Object.prototype`. `#private` fields can still
 * change.
 */
export function harden<T extends object>(value: T): T {
  for (
    let part = value;
    part !== null && part !== Object.prototype;
    part = Object.getPrototypeOf(part)
  ) Object.freeze(part);
  return value;
}
