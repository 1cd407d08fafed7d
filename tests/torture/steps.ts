/**
 * The own time of a read, in steps: how often it touches shared memory through `Atomics`. Unlike any clock, that does not count what a
 * busy machine, the garbage collector or the compiler take, so that a bound on it can be held to.
 *
 * @module
 */

const COUNTED = ["add", "and", "compareExchange", "exchange", "load", "or", "store"] as const;

let steps = 0;

/** From now on this thread's steps are counted; for good. */
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
