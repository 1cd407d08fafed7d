/**
 * Stand-in for `@std/assert`, for runtimes and networks where JSR does not answer: the functions
 * that this project's tests use, with the signatures and the meaning of the originals.
 *
 * @module
 */

import nodeAssert from "node:assert/strict";
import { inspect, isDeepStrictEqual } from "node:util";

/** Thrown by every assertion here. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

function show(value: unknown): string {
  return inspect(value, { depth: 10, sorted: true, breakLength: 100 });
}

function withSuffix(text: string, msg: string | undefined): string {
  return msg === undefined ? text : `${text}: ${msg}`;
}

/** Fails when `expr` is falsy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Fails when `expr` is truthy. */
export function assertFalse(expr: unknown, msg = ""): asserts expr is false {
  if (expr) throw new AssertionError(msg);
}

// The original tells 0 from -0 in neither way and compares bare objects by their own keys alone;
// node's strict comparison also wants one prototype, which would refuse null-prototype records.
function isDeepEqual(a: unknown, b: unknown): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") return a === b;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => isDeepEqual(item, b[i]));
  }
  if (!isBare(a) || !isBare(b)) return false;
  const keys = Reflect.ownKeys(a);
  return keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isDeepEqual(a[key], b[key]));
}

function isBare(value: object): value is Record<PropertyKey, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Fails when `actual` and `expected` are not deeply equal. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (isDeepEqual(actual, expected)) return;
  let difference: string;
  try {
    nodeAssert.deepStrictEqual(actual, expected);
    difference = `actual: ${show(actual)}\nexpected: ${show(expected)}`;
  } catch (error) {
    difference = (error as Error).message;
  }
  throw new AssertionError(withSuffix("Values are not equal", msg) + "\n" + difference);
}

/** Fails when `actual` and `expected` are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!isDeepEqual(actual, expected)) return;
  throw new AssertionError(
    withSuffix(`Expected actual: ${show(actual)} not to be: ${show(expected)}`, msg),
  );
}

/** Fails unless `Object.is(actual, expected)`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  throw new AssertionError(
    withSuffix("Values are not strictly equal", msg) +
      `\nactual: ${show(actual)}\nexpected: ${show(expected)}`,
  );
}

/** Fails when `Object.is(actual, expected)`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!Object.is(actual, expected)) return;
  throw new AssertionError(
    withSuffix(`Expected "actual" to not be strictly equal to: ${show(actual)}`, msg),
  );
}

/** Fails when `actual` is `null` or `undefined`. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual !== undefined && actual !== null) return;
  throw new AssertionError(
    withSuffix(`Expected actual: "${actual}" to not be null or undefined`, msg),
  );
}

/** Fails unless `actual` is an instance of `expectedType`. */
// deno-lint-ignore no-explicit-any
export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  throw new AssertionError(
    withSuffix(
      `Expected object to be an instance of "${expectedType.name}" but was ${show(actual)}`,
      msg,
    ),
  );
}

/** Fails unless `expected` matches `actual`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(
    withSuffix(`Expected actual: "${actual}" to match: "${expected}"`, msg),
  );
}

/** Fails when `expected` matches `actual`. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) return;
  throw new AssertionError(
    withSuffix(`Expected actual: "${actual}" to not match: "${expected}"`, msg),
  );
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    withSuffix(`Expected actual: "${actual}" to contain: "${expected}"`, msg),
  );
}

/** Fails unless `actual` has every element of `expected`, compared deeply. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const held = Array.from(actual);
  const missing = Array.from(expected).filter((item) => !held.some((h) => isDeepEqual(h, item)));
  if (missing.length === 0) return;
  throw new AssertionError(
    withSuffix(`Expected actual: ${show(held)} to include: ${show(missing)}`, msg),
  );
}

/** Fails unless `actual` holds everything that `expected` holds; further keys are allowed. */
export function assertObjectMatch(
  actual: object,
  expected: object,
  msg?: string,
): void {
  if (holds(actual, expected)) return;
  throw new AssertionError(
    withSuffix(`Expected actual: ${show(actual)} to match: ${show(expected)}`, msg),
  );
}

function holds(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null || !isBare(expected)) {
    return isDeepEqual(actual, expected);
  }
  if (typeof actual !== "object" || actual === null) return false;
  return Reflect.ownKeys(expected).every((key) =>
    key in actual && holds((actual as Record<PropertyKey, unknown>)[key], expected[key])
  );
}

/** Fails unless the two are within `tolerance`, by default 1e-7 of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (Math.abs(expected - actual) <= allowed) return;
  throw new AssertionError(
    withSuffix(`Expected actual: "${actual}" to be close to "${expected}" (±${allowed})`, msg),
  );
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (actual > expected) return;
  throw new AssertionError(withSuffix(`Expect ${show(actual)} > ${show(expected)}`, msg));
}

/** Fails unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual >= expected) return;
  throw new AssertionError(withSuffix(`Expect ${show(actual)} >= ${show(expected)}`, msg));
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (actual < expected) return;
  throw new AssertionError(withSuffix(`Expect ${show(actual)} < ${show(expected)}`, msg));
}

/** Fails unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (actual <= expected) return;
  throw new AssertionError(withSuffix(`Expect ${show(actual)} <= ${show(expected)}`, msg));
}

/** Fails unless `error` is an `ErrorClass` whose message contains `msgIncludes`. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass?: abstract new (...args: any[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  if (!(error instanceof Error)) {
    throw new AssertionError(
      withSuffix(`Expected "error" to be an Error object, got ${show(error)}`, msg),
    );
  }
  if (ErrorClass !== undefined && !(error instanceof ErrorClass)) {
    throw new AssertionError(
      withSuffix(
        `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor.name}": ${error.message}`,
        msg,
      ),
    );
  }
  const matches = msgMatches === undefined ||
    (typeof msgMatches === "string"
      ? error.message.includes(msgMatches)
      : msgMatches.test(error.message));
  if (!matches) {
    throw new AssertionError(
      withSuffix(
        `Expected error message to include ${show(msgMatches)}, but got ${show(error.message)}`,
        msg,
      ),
    );
  }
}

/** Fails unless `fn` throws; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an `ErrorClass` whose message contains `msgIncludes`; returns it. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  let caught: { readonly error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    caught = { error };
  }
  return judge(caught, "Expected function to throw", errorClassOrMsg, msgIncludes, msg);
}

/** Fails unless the promise of `fn` rejects; resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of `fn` rejects with an `ErrorClass`; resolves to the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClassOrMsg?: ErrorClass<E> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let caught: { readonly error: unknown } | undefined;
  let promise: PromiseLike<unknown> | undefined;
  try {
    promise = fn();
    await promise;
  } catch (error) {
    if (promise === undefined) {
      throw new AssertionError(
        withSuffix("Function throws when expected to reject", msg),
        { cause: error },
      );
    }
    caught = { error };
  }
  return judge(caught, "Expected function to reject", errorClassOrMsg, msgIncludes, msg);
}

function judge<E extends Error>(
  caught: { readonly error: unknown } | undefined,
  missing: string,
  errorClassOrMsg: ErrorClass<E> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): unknown {
  const errorClass = typeof errorClassOrMsg === "function" ? errorClassOrMsg : undefined;
  const suffix = typeof errorClassOrMsg === "string" ? errorClassOrMsg : msg;
  if (caught === undefined) throw new AssertionError(withSuffix(missing, suffix));
  if (errorClass !== undefined) assertIsError(caught.error, errorClass, msgIncludes, suffix);
  return caught.error;
}

/** Fails. */
export function fail(msg?: string): never {
  throw new AssertionError(withSuffix("Failed assertion", msg));
}

/** Fails: the line must never be reached. */
export function unreachable(reason?: string): never {
  throw new AssertionError(withSuffix("Unreachable", reason));
}

/** Fails: the code is not written. */
export function unimplemented(reason?: string): never {
  throw new AssertionError(withSuffix("Unimplemented", reason));
}
