/**
 * Checks and copies options, for all functions that take some.
 *
 * @module
 */
import { cannot, got } from "./errors.ts";
import { describe, shorten } from "./describe.ts";
import { isPlain } from "./shapes.ts";

/** The names of all options of a function. A record, so that the compiler reports a missing one. */
export type OptionNames<Options> = Readonly<Record<keyof Options & string, true>>;

/**
 * Copies the options of a function. Inherited properties are no options, and options that are
 * `undefined` are left out. Each option is read once, so that a getter cannot return one value to
 * the check and another to the use.
 *
 * @param action What the caller does, for the error's text.
 * @param given The options, unchecked.
 * @param known The names of all options.
 * @returns The options that are given, without a prototype.
 * @throws {TypeError} When `given` is no plain object, or has an unknown option.
 */
export function takeOptions<Options extends object>(
  action: string,
  given: Options,
  known: OptionNames<Options>,
): Options {
  // Before the loop: an array or a view of memory may have 2^32 properties.
  if (!isPlain(given)) throw new TypeError(cannot(action, "the options must be an object", given));
  const names = Object.keys(known) as (keyof Options & string)[];
  const taken = takeOwn(given, names);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name) || given[name as keyof Options] === undefined) continue;
    const required = `the options are ${enumerate(names)}`;
    throw new TypeError(
      cannot(action, required, got(`the unknown option ${describe(shorten(name))}`)),
    );
  }
  return taken;
}

/**
 * Copies an object's own properties of these names into an object without a prototype. Reads each
 * once, and leaves out those that are `undefined`.
 */
export function takeOwn<Given extends object>(
  given: Given,
  names: readonly (keyof Given & string)[],
): Given {
  const taken = Object.create(null);
  for (const name of names) {
    if (!isEnumerable(given, name)) continue;
    const value: unknown = given[name];
    if (value !== undefined) taken[name] = value;
  }
  return taken;
}

/**
 * Copies an object's own properties into an object without a prototype. For arguments of the
 * platform's functions: these read inherited properties too, so a property that somebody has put on
 * `Object.prototype` would count as an option.
 */
export function copyOwnProperties<Given extends object>(given: Given): Given {
  return Object.assign(Object.create(null), given);
}

/** The range of an integer option, both ends included. */
export interface IntegerRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Throws unless an option is an integer within its range.
 *
 * @throws {TypeError} When it is no number.
 * @throws {RangeError} When it is no integer, or out of range.
 */
export function assertInteger(
  action: string,
  name: string,
  value: unknown,
  { least, most }: IntegerRange,
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(cannot(action, `${name} must be a number`, value));
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    const required = `${name} must be an integer from ${least} to ${formatLimit(most)}`;
    throw new RangeError(cannot(action, required, value));
  }
}

/** A limit in an error text: large powers of two as powers. */
function formatLimit(limit: number): string {
  const exponent = Math.log2(limit);
  return limit > 2 ** 16 && Number.isInteger(exponent) ? `2^${exponent}` : `${limit}`;
}

function isEnumerable(object: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, name);
}

/** Lists names in a sentence. */
function enumerate(names: readonly string[]): string {
  return names.length < 2
    ? names.join()
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
