/**
 * The options of a window, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** Options of a {@linkcode Window}. */
export interface WindowOptions {
  /** The length of the window, in seconds. */
  seconds: number;
  /**
   * The maximum number of snapshots to keep, from 2 to 10000. It bounds the window's memory: if
   * snapshots are taken more often, the window keeps some of them, evenly spread.
   *
   * @default {61}
   */
  maxSnapshots?: number;
  /**
   * Which time the window covers.
   *
   * - `moving`: the last `seconds` before the latest snapshot.
   * - `fixed`: the last complete interval of `seconds`. Intervals are counted from 1970 by the wall
   *   clock as it is set at the latest snapshot, so they are the same in all processes.
   *
   * @default {"moving"}
   */
  mode?: "moving" | "fixed";
}

const WINDOW_OPTIONS: OptionNames<WindowOptions> = {
  seconds: true,
  maxSnapshots: true,
  mode: true,
};

/** Checks the options of a window, and fills in the defaults. */
export function checkWindowOptions(
  action: string,
  options: WindowOptions,
): Required<WindowOptions> {
  const { seconds, maxSnapshots = 61, mode = "moving" } = takeOptions(
    action,
    options,
    WINDOW_OPTIONS,
  );
  for (const [name, value] of Object.entries({ seconds, maxSnapshots })) {
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, `${name} must be a number`, value));
    }
  }
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new RangeError(cannot(action, "seconds must be positive and finite", seconds));
  }
  if (!Number.isInteger(maxSnapshots) || maxSnapshots < 2 || maxSnapshots > 10_000) {
    const required = "maxSnapshots must be an integer from 2 to 10000";
    throw new RangeError(cannot(action, required, maxSnapshots));
  }
  if (mode !== "moving" && mode !== "fixed") {
    throw new TypeError(cannot(action, 'the mode must be "moving" or "fixed"', mode));
  }
  return { seconds, maxSnapshots, mode };
}
