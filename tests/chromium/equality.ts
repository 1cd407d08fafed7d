/**
 * Stand-ins for the parts of `node:util` and `node:assert` that `tests/std/assert.ts` is built on.
 *
 * @module
 */

/** Whether two values are equal in all parts, and of one class. */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  return isEqual(a, b, new Map());
}

function isEqual(a: unknown, b: unknown, seen: Map<object, object>): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // Circles are equal as long as nothing in them differs.
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (tagOf(a) !== tagOf(b)) return false;
  if (a instanceof Date && !Object.is(a.getTime(), (b as Date).getTime())) return false;
  if (a instanceof RegExp && String(a) !== String(b)) return false;
  if (a instanceof Error) {
    const { name, message, cause } = b as Error;
    if (a.name !== name || a.message !== message || !isEqual(a.cause, cause, seen)) return false;
  }
  if (isBoxed(a) && !Object.is(a.valueOf(), (b as object).valueOf())) return false;
  if (a instanceof Map) return isEqualMap(a, b as Map<unknown, unknown>, seen);
  if (a instanceof Set) return isEqualSet(a, b as Set<unknown>, seen);
  if (a instanceof ArrayBuffer || a instanceof SharedArrayBuffer) {
    return isEqual(new Uint8Array(a), new Uint8Array(b as ArrayBuffer), seen);
  }
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  const keys = ownKeys(a);
  return keys.length === ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isEqual(valueOf(a, key), valueOf(b, key), seen));
}

function isEqualMap(
  a: Map<unknown, unknown>,
  b: Map<unknown, unknown>,
  seen: Map<object, object>,
): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  return [...a].every(([key, value]) => {
    const at = rest.findIndex(([k, v]) => isEqual(key, k, seen) && isEqual(value, v, seen));
    return at >= 0 && rest.splice(at, 1).length === 1;
  });
}

function isEqualSet(a: Set<unknown>, b: Set<unknown>, seen: Map<object, object>): boolean {
  if (a.size !== b.size) return false;
  const rest = [...b];
  return [...a].every((item) => {
    const at = rest.findIndex((other) => isEqual(item, other, seen));
    return at >= 0 && rest.splice(at, 1).length === 1;
  });
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean ||
    value instanceof BigInt || value instanceof Symbol;
}

function valueOf(value: object, key: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown>)[key];
}

/** Own keys that are enumerable. */
function ownKeys(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
}

/** A value as text, for the message of an assertion that failed. */
export function inspect(value: unknown): string {
  const seen = new Set<unknown>();
  const text = JSON.stringify(value, (_key, part) => {
    if (typeof part === "bigint") return `${part}n`;
    if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0))) {
      return Object.is(part, -0) ? "-0" : String(part);
    }
    if (typeof part === "function" || typeof part === "symbol") return String(part).slice(0, 100);
    if (typeof part !== "object" || part === null) return part;
    if (seen.has(part)) return "[seen]";
    seen.add(part);
    if (part instanceof Map || part instanceof Set || ArrayBuffer.isView(part)) {
      return { [tagOf(part)]: [...part as unknown as Iterable<unknown>] };
    }
    return part instanceof Error ? `${part.name}: ${part.message}` : part;
  }, 1);
  return text ?? String(value);
}

/** The part of `node:assert/strict` that is used. */
export default {
  deepStrictEqual(actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) return;
    throw new Error(`actual: ${inspect(actual)}\nexpected: ${inspect(expected)}`);
  },
};
