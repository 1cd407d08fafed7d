/**
 * Values in error texts: in few words, and in a time that does not depend on the value's size.
 *
 * Guarantees: nothing of the value is run but the traps of a proxy, and what those throw goes
 * nowhere. No text of it is read beyond its first characters, no array beyond its first items, and
 * no object's properties at all, as they cannot be listed in parts.
 *
 * @module
 */

/** The most characters of a value's description. */
const MOST = 80;
/**
 * The most characters of a string that is quoted at all: those of a longer one may have to be put
 * together first.
 */
const LONGEST_QUOTED = 10_000;
/** Integers beyond this are not printed: that takes the square of their length. */
const GREATEST_PRINTED = 2n ** 128n;
/** The most prototypes among which a title is sought. */
const MOST_PROTOTYPES = 8;

/** Text up to a length, with a sign that there is more. */
export function shorten(text: string, most: number = MOST): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A value in an error text: short, and never throwing, whatever the value is. */
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

/** Words to stand after "got" as they are, without quotation marks. */
class Got {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  /** The words, if the object is made of words. Asks no proxy. */
  static textOf(value: object): string | undefined {
    return #text in value ? value.#text : undefined;
  }
}

/** Marks words that stand after "got" as they are. */
export function got(text: string): unknown {
  return new Got(text);
}

/** What an object of the library's own is called, by the object or its prototype. */
const titles = new WeakMap<object, (self: object) => string>();

/**
 * Says what `target` is called, or what inherits from it. The title is asked for when an error is
 * made, and must cost nothing.
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

/** The first items of an array; those that are arrays or objects themselves in a word. */
function describeArray(array: readonly unknown[]): string {
  const { length } = array;
  let text = "[";
  for (let n = 0; n < length; n++) {
    if (text.length >= MOST) return `${text},…`;
    // Not the item itself, which may be a getter.
    const item = Object.getOwnPropertyDescriptor(array, n)?.value;
    text += `${n > 0 ? "," : ""}${Array.isArray(item) ? "an array" : describe(item)}`;
  }
  return shorten(`${text}]`, 2 * MOST);
}

/** What an object is called, or its class. */
function describeObject(object: object): string {
  let prototype: object | null = object;
  for (let n = 0; n < MOST_PROTOTYPES && prototype !== null; n++) {
    const title = titles.get(prototype);
    if (title !== undefined) return `a ${shorten(title(object))}`;
    prototype = Object.getPrototypeOf(prototype);
  }
  const name = classOf(object);
  return name === undefined || name === "Object" ? "an object" : `an object of class ${name}`;
}

/** The name of an object's class, where it has one that is a name. */
function classOf(object: object): string | undefined {
  const maker = valueOf(Object.getPrototypeOf(object), "constructor");
  const name = typeof maker === "function" ? valueOf(maker, "name") : undefined;
  return typeof name === "string" && name.length <= 40 && /^[\w$]+$/.test(name) ? name : undefined;
}

/** A property that is a value and not a getter. */
function valueOf(object: object | null, key: string): unknown {
  return object === null ? undefined : Object.getOwnPropertyDescriptor(object, key)?.value;
}
