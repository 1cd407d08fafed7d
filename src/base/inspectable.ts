/**
 * What an object of the library's own shows of itself: to `console.log` of Deno, Bun and Node, to
 * `JSON.stringify`, and in error texts. Without it they would print its fields, which reach over
 * all of the shared memory.
 *
 * @module
 */
import { describe, entitle } from "./describe.ts";

/** What is shown of an object. */
export interface Shown<Self> {
  /** The name of its type, as users know it; costs nothing. */
  readonly type: string | ((self: Self) => string);
  /** The metric that it belongs to, if it belongs to one. Costs nothing. */
  metric?(self: Self): string;
  /** What else there is to say of it. May cost what a read costs. */
  facts?(self: Self): Readonly<Record<string, unknown>>;
}

/** The most entries of an object or items of an array that are printed. */
const MOST_PRINTED = 20;
/** How deep objects are printed. */
const DEEPEST = 4;

// Both symbols, as Deno prefers its own, and Bun and Node know the other one alone.
const HOOKS = [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("Deno.customInspect")];

/**
 * Makes an object, or all that inherit from it, show what `shown` says. A `toJSON` that is there
 * already stays. None of the properties is enumerable, so structured cloning and comparisons do not
 * see them.
 */
export function inspectable<Self extends object>(target: Self, shown: Shown<Self>): void {
  const { metric } = shown;
  const typeOf = (self: Self) => typeof shown.type === "string" ? shown.type : shown.type(self);
  entitle(target, (self: Self) => {
    const type = typeOf(self);
    return metric === undefined ? type : `${type} of ${metric(self)}`;
  });
  const factsOf = (self: Self): Record<string, unknown> => {
    try {
      const { facts } = shown;
      return { type: typeOf(self), ...metric && { metric: metric(self) }, ...facts?.(self) };
    } catch {
      // What others inherit from is none of them itself.
      return { type: "prototype" };
    }
  };
  const value = (given: unknown) => ({ value: given, configurable: true, writable: true });
  for (const hook of HOOKS) {
    Object.defineProperty(
      target,
      hook,
      value(function (this: Self) {
        const { type, ...facts } = factsOf(this);
        return `${type} ${print(facts, 0)}`;
      }),
    );
  }
  if (!Object.hasOwn(target, "toJSON")) {
    Object.defineProperty(
      target,
      "toJSON",
      value(function (this: Self) {
        return toJson(factsOf(this));
      }),
    );
  }
}

/**
 * A plain value as JSON can have it: integers of 64 bits as decimal strings, and numbers that are
 * not finite as `"NaN"`, `"Infinity"` and `"-Infinity"`, as in the JSON of Protocol Buffers.
 */
export function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return toJSON.call(value);
  if (Array.isArray(value)) return value.map(toJson);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
}

/** Facts in one line: plain objects, arrays, and what `describe` can do. */
function print(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return describe(value);
  const parts = Array.isArray(value)
    ? value.slice(0, MOST_PRINTED).map((item) => print(item, depth + 1))
    : isPlainObject(value)
    ? Object.entries(value).slice(0, MOST_PRINTED)
      .map(([key, part]) => `${key}: ${print(part, depth + 1)}`)
    : undefined;
  if (parts === undefined || depth > DEEPEST) return describe(value);
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (length > parts.length) parts.push(`… ${length - parts.length} more`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length === 0 ? open + close : `${open} ${parts.join(", ")} ${close}`;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
