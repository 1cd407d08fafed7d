/**
 * Lets other threads act in the middle of an operation, in one real thread and the same way each
 * time.
 *
 * Each simulated thread is an attachment of its own to the same memory. An operation may be
 * suspended or killed at each of its `Atomics` calls. While it is suspended, other simulated
 * threads run whole operations, which may be suspended too. After a kill it makes no further
 * access. Schedules are nested, so this finds faults that need a thread to sleep or die at an
 * instruction. It does not find faults that need two threads to advance in turns.
 *
 * @module
 */

import { SharedMemory } from "../../src/memory/shared_memory.ts";

const CALLS = ["load", "store", "add", "and", "or", "exchange", "compareExchange"] as const;
// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => any;
const atomics = Atomics as unknown as Record<string, AnyFunction>;

/**
 * From now on records are published by `Atomics`, whose calls can be hooked, also on V8: a call of
 * a WebAssembly module is no access that a hook could see.
 *
 * @returns Undoes it.
 */
export function publishByAtomics(): () => void {
  const { instantiate } = SharedMemory.prototype;
  SharedMemory.prototype.instantiate = () => undefined;
  return () => void (SharedMemory.prototype.instantiate = instantiate);
}

/** Thrown through an operation whose thread dies. */
export class Killed extends Error {}

/**
 * Calls `hook` before each `Atomics` call of `operation`; `hook` itself runs without hooks, unless
 * it calls `withHook` again.
 */
export function withHook<Result>(hook: (call: string) => void, operation: () => Result): Result {
  const before = CALLS.map((name) => atomics[name]);
  const hooked = CALLS.map((name) => (...args: unknown[]) => {
    CALLS.forEach((other, n) => atomics[other] = before[n]);
    try {
      hook(name);
    } finally {
      CALLS.forEach((other, n) => atomics[other] = hooked[n]);
    }
    return before0[name](...args);
  });
  CALLS.forEach((name, n) => atomics[name] = hooked[n]);
  try {
    return operation();
  } finally {
    CALLS.forEach((name, n) => atomics[name] = before[n]);
  }
}

const before0: Record<string, AnyFunction> = Object.fromEntries(
  CALLS.map((name) => [name, atomics[name].bind(Atomics)]),
);

/**
 * Runs `operation` until just before its `call`-th call of `Atomics`, then `meanwhile`, then the
 * rest. Counts from 0.
 */
export function suspendAt<Result>(
  call: number,
  meanwhile: () => void,
  operation: () => Result,
): { result: Result; suspended: boolean } {
  let calls = 0;
  const result = withHook(() => {
    if (calls++ === call) meanwhile();
  }, operation);
  return { result, suspended: calls > call };
}

/**
 * Runs `operation` until just before its `call`-th call of `Atomics`; false if it ended before.
 * Counts from 0.
 */
export function killAt(call: number, operation: () => void): boolean {
  let calls = 0;
  try {
    withHook(() => {
      if (calls++ >= call) throw new Killed();
    }, operation);
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
  return false;
}
