/**
 * The options that both ways to OpenTelemetry share.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** What both {@linkcode observe} and {@linkcode ThreadStatsProducer} can be told. */
export interface OpenTelemetryOptions {
  /**
   * Whether each thread has a series of its own, with the attributes `thread` and `slot`, in place of all threads' one. Labels of the metric that are called
   * so are `exported_thread` and `exported_slot` then, with one more `exported_` where the metric has that too.
   *
   * A series has what all owners of the slot have counted; `thread` is the last one's name. So no series falls, but where a slot goes to a thread of another
   * name, its count goes on in a new series: give a worker that takes another's place the same name.
   *
   * @default {false}
   */
  perThread?: boolean;
  /**
   * Whether the library's own figures are there too: `thread_stats.*`.
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
 * Checks the common options, and that there are no others than `known`.
 *
 * @returns All options as their own properties.
 * @throws {TypeError} When an option has the wrong shape.
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
