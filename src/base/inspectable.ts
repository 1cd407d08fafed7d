/**
 * How the library's objects appear in `console.log` of Deno, Bun and Node, in `JSON.stringify`, and
 * in error texts. By default these would print all fields, which lead to the whole shared memory.
 *
 * @module
 */
import { describe, entitle } from "./describe.ts";

/** What an object shows. */
export interface Shown<Self> {
  /** The name of its type, as users know it. Must be cheap, because errors show it. */
  readonly type: string | ((self: Self) => string);
  /** The metric that it belongs to, if any. Must be cheap, because errors show it. */
  metric?(self: Self): string;
  /** Further properties. May be as expensive as a read. */
  facts?(self: Self): Readonly<Record<string, unknown>>;
}

/** The most entries of an object or items of an array that are printed. */
const MAX_PRINTED = 20;
/** How many levels of nested objects are printed. */
const MAX_DEPTH = 4;

// Deno prefers its own symbol. Bun and Node know only the other one.
const HOOKS = [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("Deno.customInspect")];

/**
 * Makes an object, and all objects that inherit from it, show what `shown` says. An existing
 * `toJSON` is kept. The added properties are not enumerable, so structured cloning and comparisons
 * do not see them.
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
      // The prototype itself is no instance, so it has none of their private fields.
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
 * A plain value in a form that JSON can represent. As in the JSON of Protocol Buffers, 64-bit
 * integers become decimal strings, and numbers that are not finite become `"NaN"`, `"Infinity"` and
 * `"-Infinity"`.
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

/** A value in one line: plain objects and arrays with their parts, all else by `describe`. */
function print(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return describe(value);
  const parts = Array.isArray(value)
    ? value.slice(0, MAX_PRINTED).map((item) => print(item, depth + 1))
    : isPlainObject(value)
    ? Object.entries(value).slice(0, MAX_PRINTED)
      .map(([key, part]) => `${key}: ${print(part, depth + 1)}`)
    : undefined;
  if (parts === undefined || depth > MAX_DEPTH) return describe(value);
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (length > parts.length) parts.push(`… ${length - parts.length} more`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return parts.length === 0 ? open + close : `${open} ${parts.join(", ")} ${close}`;
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
