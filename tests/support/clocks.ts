/**
 * Clocks that a test moves.
 *
 * @module
 */

/**
 * Runs `test` with a wall clock that it moves by hand, in seconds, as most fake timers do: time
 * passes on it alone.
 */
export function withClock(test: (pass: (seconds: number) => void) => void): void {
  const { now } = Date;
  let time = 1_700_000_000_999;
  Date.now = () => time;
  try {
    test((seconds) => time += seconds * 1000);
  } finally {
    Date.now = now;
  }
}

/** What moves the clocks, in seconds. */
export interface Clocks {
  /** Lets time pass: on both clocks. */
  pass(seconds: number): void;
  /** Sets the wall clock: no time passes. */
  set(seconds: number): void;
}

/** Runs `test` with a wall clock that can be set while time passes on a clock that cannot. */
export function withClocks<Result>(test: (clocks: Clocks) => Result): Result {
  const { now } = Date;
  let wall = 1_800_000_000_000;
  let steady = 5000;
  // Of its own on Bun, its prototype's elsewhere.
  const own = Object.getOwnPropertyDescriptor(performance, "now");
  const restore = () => {
    Date.now = now;
    if (own === undefined) delete (performance as Partial<Performance>).now;
    else Object.defineProperty(performance, "now", own);
  };
  Date.now = () => wall;
  Object.defineProperty(performance, "now", { value: () => steady, configurable: true });
  let result: Result;
  try {
    result = test({
      pass(seconds) {
        wall += seconds * 1000;
        steady += seconds * 1000;
      },
      set: (seconds) => void (wall += seconds * 1000),
    });
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as Result;
  restore();
  return result;
}
