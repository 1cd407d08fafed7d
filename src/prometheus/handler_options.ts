/**
 * The options of the scrape handler, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { OptionNames } from "../base/options.ts";
import type { SnapshotData } from "../snapshots/snapshot_data.ts";
import type { PendingResponsesOptions } from "./pending_responses.ts";
import {
  type CheckedOptions,
  checkOptions,
  PROMETHEUS_OPTIONS,
  type PrometheusOptions,
} from "./prometheus_options.ts";

/** Options of {@linkcode prometheusHandler} and {@linkcode prometheusNodeHandler}. */
export interface PrometheusHandlerOptions extends PrometheusOptions {
  /**
   * The maximum number of responses that are being sent at a time, from 1. Each holds a snapshot
   * until its client has received all of it. Further requests get status 503, and `Retry-After`
   * says after how many seconds there will be room at the latest.
   *
   * @default {16}
   */
  maxAnswers?: number;
  /**
   * How many seconds a client has to receive its response when other clients wait. If
   * `maxAnswers` responses are being sent, a new request ends the oldest one if it is older than
   * this; the body of that response then fails. As long as there is room, no response is ended.
   *
   * @default {30}
   */
  maxAnswerSeconds?: number;
}

const HANDLER_OPTIONS: OptionNames<PrometheusHandlerOptions> = {
  ...PROMETHEUS_OPTIONS,
  maxAnswers: true,
  maxAnswerSeconds: true,
};

/** The options of a handler, with defaults. */
export interface CheckedHandlerOptions extends CheckedOptions {
  readonly pending: PendingResponsesOptions;
}

/**
 * Checks the options of a handler, and fills in the defaults.
 *
 * @throws {TypeError} If an option is unknown or has the wrong shape.
 * @throws {RangeError} If an option is out of range.
 */
export function checkHandlerOptions(
  action: string,
  options: PrometheusHandlerOptions,
  snapshot: SnapshotData,
): CheckedHandlerOptions {
  const checked = checkOptions(action, options, { known: HANDLER_OPTIONS, snapshot });
  const { maxAnswers = 16, maxAnswerSeconds = 30, ...common } = checked;
  for (const [name, value] of Object.entries({ maxAnswers, maxAnswerSeconds })) {
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, `${name} must be a number`, value));
    }
  }
  if (!Number.isSafeInteger(maxAnswers) || maxAnswers < 1) {
    throw new RangeError(cannot(action, "maxAnswers must be an integer from 1", maxAnswers));
  }
  if (!(maxAnswerSeconds > 0 && maxAnswerSeconds < Infinity)) {
    throw new RangeError(
      cannot(action, "maxAnswerSeconds must be finite and above 0", maxAnswerSeconds),
    );
  }
  const pending = { max: maxAnswers, maxSeconds: maxAnswerSeconds };
  return { ...common, pending };
}
