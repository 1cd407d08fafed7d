/**
 * Describes values for error texts: briefly, and in a time that does not depend on the value's
 * size.
 *
 * Guarantees: it runs no code of the value except the traps of a proxy, and catches their errors.
 * It reads only the first characters of a string and the first items of an array. It reads no
 * properties of other objects, because they cannot be listed in part.
 *
 * @module
 */

/** The most characters of a value's description. */
const MAX_LENGTH = 80;
/**
 * The most characters of a string that is quoted. To read the first character of a longer one, the
 * engine may have to join all of its parts.
 */
const LONGEST_QUOTED = 10_000;
/** Larger integers are not printed: the time it takes is quadratic in their length. */
const GREATEST_PRINTED = 2n ** 128n;
/** How many prototypes are searched for a title. */
const MAX_PROTOTYPES = 8;

/** The first characters of a text, with an ellipsis if there are more. */
export function shorten(text: string, most: number = MAX_LENGTH): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A short description of any value. Never throws. */
export function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return describePrimitive(value);
  const text = Got.textOf(value);
  if (text !== undefined) return text;
  try {
    return Array.isArray(value) ? describeArray(value) : describeObject(value);
  } catch {
    return "an object";
  }
}

/** A text that stands after "got" as it is, without quotation marks. */
class Got {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  /** The text, if the object is a `Got`. Triggers no trap of a proxy. */
  static textOf(value: object): string | undefined {
    return #text in value ? value.#text : undefined;
  }
}

/** Wraps a text that shall stand after "got" as it is. */
export function got(text: string): unknown {
  return new Got(text);
}

/** Titles of the library's own objects, by the object or its prototype. */
const titles = new WeakMap<object, (self: object) => string>();

/**
 * Sets the title of `target`, and of objects that inherit from it. `title` runs whenever an error
 * is made, so it must be cheap.
 */
export function entitle<Self extends object>(target: Self, title: (self: Self) => string): void {
  titles.set(target, title as (self: object) => string);
}

function describePrimitive(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value.length > LONGEST_QUOTED
        ? `a string of ${value.length} UTF-16 code units`
        : JSON.stringify(shorten(value));
    case "bigint": {
      const isShort = value < GREATEST_PRINTED && value > -GREATEST_PRINTED;
      return isShort ? `${value}n` : "a bigint of more than 128 bits";
    }
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    default:
      return String(value);
  }
}

/** The first items of an array. Items that are arrays or objects take one or two words each. */
function describeArray(array: readonly unknown[]): string {
  const { length } = array;
  let text = "[";
  for (let n = 0; n < length; n++) {
    if (text.length >= MAX_LENGTH) return `${text},…`;
    // By its descriptor, because the item may be a getter.
    const item = Object.getOwnPropertyDescriptor(array, n)?.value;
    text += `${n > 0 ? "," : ""}${Array.isArray(item) ? "an array" : describe(item)}`;
  }
  return shorten(`${text}]`, 2 * MAX_LENGTH);
}

/** The title of an object, or its class. */
function describeObject(object: object): string {
  let prototype: object | null = object;
  for (let n = 0; n < MAX_PROTOTYPES && prototype !== null; n++) {
    const title = titles.get(prototype);
    if (title !== undefined) return `a ${shorten(title(object))}`;
    prototype = Object.getPrototypeOf(prototype);
  }
  const name = classOf(object);
  return name === undefined || name === "Object" ? "an object" : `an object of class ${name}`;
}

/** The name of an object's class, if it is a short identifier. */
function classOf(object: object): string | undefined {
  const constructor = valueOf(Object.getPrototypeOf(object), "constructor");
  const name = typeof constructor === "function" ? valueOf(constructor, "name") : undefined;
  return typeof name === "string" && name.length <= 40 && /^[\w$]+$/.test(name) ? name : undefined;
}

/** An own property's value; `undefined` when it is a getter. */
function valueOf(object: object | null, key: string): unknown {
  return object === null ? undefined : Object.getOwnPropertyDescriptor(object, key)?.value;
}
