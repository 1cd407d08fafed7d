/**
 * The options of `Thread.observeRuntime`, and what it returns.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** Options of {@linkcode Thread.observeRuntime}. */
export interface ObserveRuntimeOptions {
  /**
   * Seconds between two measurements, from 0.01 to 60. A shorter period notices shorter delays, and
   * costs more: an idle thread is woken up for each measurement.
   *
   * @default {1}
   */
  periodSeconds?: number;
}

/** The observation of a thread's runtime, by {@linkcode Thread.observeRuntime}. */
export interface RuntimeObservation extends Disposable {
  /** Seconds between two measurements. */
  readonly periodSeconds: number;
  /**
   * Ends the observation. Readers no longer know how long the thread is blocked. Has no effect if
   * it is over.
   */
  stop(): void;
}

const NAMES: OptionNames<ObserveRuntimeOptions> = { periodSeconds: true };

/** The bounds of `periodSeconds`. */
const LEAST = 0.01;
const MOST = 60;

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 */
export function readObserveRuntimeOptions(
  action: string,
  options: ObserveRuntimeOptions,
): Required<ObserveRuntimeOptions> {
  const { periodSeconds = 1 } = takeOptions(action, options, NAMES);
  if (typeof periodSeconds !== "number") {
    throw new TypeError(cannot(action, "periodSeconds must be a number", periodSeconds));
  }
  if (!(periodSeconds >= LEAST && periodSeconds <= MOST)) {
    const required = `periodSeconds must be from ${LEAST} to ${MOST}`;
    throw new RangeError(cannot(action, required, periodSeconds));
  }
  return { periodSeconds };
}
