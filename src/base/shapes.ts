/**
 * What shape a value has, asked so that no value can make it throw: a revoked proxy has none.
 *
 * @module
 */

/** What a look at a value finds; `undefined` when it throws. */
export function lookAt<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Whether a value has a method: by it sources of snapshots, and meters, of any class are known. */
export function hasMethod(value: unknown, name: string): boolean {
  const holder = value as Record<string, unknown> | null | undefined;
  return lookAt(() => typeof holder?.[name]) === "function";
}

/** Whether a value is an array. */
// deno-lint-ignore no-explicit-any -- as the platform's own, of which this is the one that does not throw
export function isArray(value: unknown): value is any[] {
  return lookAt(() => Array.isArray(value)) === true;
}

/**
 * Whether a value may be a collection of named things: an object, but neither an array nor a view
 * of memory, which may have 2^32 properties.
 */
export function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) &&
    lookAt(() => Array.isArray(value)) === false;
}
