/**
 * Checks of a value's shape that never throw. A revoked proxy, for example, makes every ordinary
 * check throw; here it has no shape.
 *
 * @module
 */

/** The result of `look`, which inspects a value; `undefined` when it throws. */
export function lookAt<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Whether a value has a method. Snapshot sources and meters of any class are recognized by it. */
export function hasMethod(value: unknown, name: string): boolean {
  const holder = value as Record<string, unknown> | null | undefined;
  return lookAt(() => typeof holder?.[name]) === "function";
}

/** `Array.isArray` that does not throw. */
// deno-lint-ignore no-explicit-any -- as the return type of Array.isArray
export function isArray(value: unknown): value is any[] {
  return lookAt(() => Array.isArray(value)) === true;
}

/**
 * Whether a value may be a collection of named properties: an object that is neither an array nor
 * a view of memory. Those may have 2^32 properties, so nobody should list them.
 */
export function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) &&
    lookAt(() => Array.isArray(value)) === false;
}
