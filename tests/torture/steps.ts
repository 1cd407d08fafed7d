/**
 * The cost of a read in steps: the number of its accesses to shared memory by `Atomics`. Unlike a
 * clock it does not include the time that other threads, the garbage collector and the compiler
 * take, so a test can assert a bound.
 *
 * @module
 */

const COUNTED = ["add", "and", "compareExchange", "exchange", "load", "or", "store"] as const;

let steps = 0;

/** Starts counting this thread's steps. It cannot be undone. */
export function countSteps(): void {
  // deno-lint-ignore no-explicit-any -- their signatures are overloaded
  const table = Atomics as any;
  for (const name of COUNTED) {
    const original = table[name];
    table[name] = (array: unknown, index: number, ...rest: unknown[]) => {
      steps++;
      return original(array, index, ...rest);
    };
  }
}

/** Steps of this thread so far. */
export function stepsSoFar(): number {
  return steps;
}
