/**
 * Timers: they measure a duration by a clock that is never set, and record it in a histogram, in
 * the histogram's unit.
 *
 * @module
 */
import { steady } from "../../base/clock.ts";
import { cannot } from "../../base/errors.ts";
import { hasMethod } from "../../base/shapes.ts";

/**
 * Measures the time since it was started. Each call records that time in the histogram, and returns
 * it. Disposing of the timer, at the end of a block with `using`, does the same unless the timer
 * was called before.
 */
export interface Timer extends Disposable {
  /**
   * Records the time since the start. A second call records again, as in prom-client.
   *
   * @returns The duration in the unit of the histogram.
   * @throws {RangeError} When the labelled bucket was destroyed, or the first value finds the arena
   * full.
   * @throws {StaleThreadError} When the thread was unregistered or revoked.
   */
  (): number;
}

/** What a timed function gives: its result, or a promise of what its promise gives. */
export type Timed<Result> = Result extends PromiseLike<unknown> ? Promise<Awaited<Result>> : Result;

/** Milliseconds in one of each unit. The unit of a histogram without one is the second. */
const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["", 1000],
  ["seconds", 1000],
  ["milliseconds", 1],
  ["microseconds", 1e-3],
  ["nanoseconds", 1e-6],
]);

/** Records durations in a unit. */
export interface DurationRecorder {
  /** Milliseconds in one of the unit. */
  readonly unit: number;
  /** Records a duration in the unit. */
  record(duration: number): void;
}

/**
 * The milliseconds in a histogram's unit.
 *
 * @throws {TypeError} When it is not a unit of time.
 */
export function unitOfTime(metric: string, unit: string): number {
  const milliseconds = MILLISECONDS.get(unit);
  if (milliseconds !== undefined) return milliseconds;
  const required = "its unit must be seconds, milliseconds, microseconds or nanoseconds";
  throw new TypeError(cannot(`time ${metric}`, required, unit));
}

/** Starts a clock, and returns a function that measures the time since then in a unit. */
export function startClock(unit: number): () => number {
  const start = steady();
  return () => (steady() - start) / unit;
}

/** Starts a timer. */
export function startTimer(recorder: DurationRecorder): Timer {
  const measure = startClock(recorder.unit);
  let isOpen = true;
  const end = (() => {
    isOpen = false;
    const duration = measure();
    recorder.record(duration);
    return duration;
  }) as Timer;
  // Not frozen: that takes JavaScriptCore about 1 µs, and nothing else uses this property.
  end[Symbol.dispose] = () => {
    if (isOpen) end();
  };
  return end;
}

/**
 * Calls a function, and records how long it took: until it returned or threw, or until its promise
 * was settled.
 */
export function timeCall<Result>(recorder: DurationRecorder, call: () => Result): Timed<Result> {
  const measure = startClock(recorder.unit);
  const succeed = <Value>(value: Value): Value => {
    recorder.record(measure());
    return value;
  };
  const fail = (error: unknown): never => {
    try {
      recorder.record(measure());
    } catch {
      // The error of the function is the one that its caller must see.
    }
    throw error;
  };
  let result: Result;
  try {
    result = call();
  } catch (error) {
    return fail(error);
  }
  // `then` is called once: some libraries start the work in it, such as builders of queries.
  return (hasMethod(result, "then")
    ? Promise.resolve(result).then(succeed, fail)
    : succeed(result)) as Timed<Result>;
}
