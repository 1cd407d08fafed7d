/**
 * The one check of options, for every function that takes some.
 *
 * @module
 */
import { cannot, got } from "./errors.ts";
import { describe, shorten } from "./describe.ts";
import { isPlain } from "./shapes.ts";

/** The names of all options of a function. A record, so that the compiler misses none. */
export type OptionNames<Options> = Readonly<Record<keyof Options & string, true>>;

/**
 * A copy of the options that a function knows. What stands on a prototype is no option; one that is
 * `undefined` is left out; and each is read once, so that a getter cannot give one value to the
 * check and another one to the use.
 *
 * @param action What the caller does, as in the error's text.
 * @param given The options as they came.
 * @param known The names of all options.
 * @returns The options that are there, without a prototype.
 * @throws {TypeError} When `given` is no object with options, or has one that the function does not
 * know.
 */
export function takeOptions<Options extends object>(
  action: string,
  given: Options,
  known: OptionNames<Options>,
): Options {
  // An array or a view of memory may have 2^32 properties, none of which is an option.
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
 * An object's own properties of these names, each read once, without a prototype; those that are
 * `undefined` are left out.
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

function isEnumerable(object: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, name);
}

/** Names in a sentence. */
function enumerate(names: readonly string[]): string {
  return names.length < 2
    ? names.join()
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}
