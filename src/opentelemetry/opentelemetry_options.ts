/**
 * The options that both ways to export to OpenTelemetry have, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** Options of both {@linkcode observe} and {@linkcode ThreadStatsProducer}. */
export interface OpenTelemetryOptions {
  /**
   * Whether each thread has series of its own, with the attributes `thread` and `slot`, instead of
   * one series for all threads. Labels of the metric with these names become `exported_thread` and
   * `exported_slot`, with another `exported_` if the metric has these labels too.
   *
   * Series are keyed by slot, and contain the counts of all owners of the slot, so no series
   * decreases. `thread` is the name of the latest owner. If a thread of another name takes over a
   * slot, its counts continue in a new series, so reuse a worker's name for its replacement.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether to include the library's own metrics, `thread_stats.*`.
   *
   * @default {true}
   */
  selfMetrics?: boolean;
}

/** The names of the common options. */
export const COMMON_OPTIONS: OptionNames<OpenTelemetryOptions> = {
  perThread: true,
  selfMetrics: true,
};

/**
 * Checks the common options, and that there are no options but `known`.
 *
 * @returns The common options with defaults; the other ones as they are.
 * @throws {TypeError} If an option is unknown or has the wrong shape.
 */
export function checkOptions<Options extends OpenTelemetryOptions>(
  action: string,
  options: Options,
  known: OptionNames<Options>,
): Options & Required<OpenTelemetryOptions> {
  const given = takeOptions(action, options, known);
  const { perThread = false, selfMetrics = true } = given;
  for (const [name, value] of Object.entries({ perThread, selfMetrics })) {
    if (typeof value !== "boolean") {
      throw new TypeError(cannot(action, `${name} must be a boolean`, value));
    }
  }
  return { ...given, perThread, selfMetrics };
}
