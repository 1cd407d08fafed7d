/**
 * The options of a meter provider, and their checks.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { assertInteger, type OptionNames, takeOptions } from "../base/options.ts";
import { hasMethod } from "../base/shapes.ts";
import type { MeterThread } from "./meter_streams.ts";
import { CARDINALITY_RANGE, checkViews, type FindView, type MeterView } from "./meter_views.ts";

/** Options of {@linkcode ThreadStatsMeterProvider}. */
export interface ThreadStatsMeterProviderOptions {
  /**
   * The registration of the calling thread, if it has one already.
   *
   * @default `stats.registerThread()`
   */
  thread?: MeterThread;
  /**
   * Changes to instruments: boundaries, attributes, limits.
   *
   * @default {[]}
   */
  views?: readonly MeterView[];
  /**
   * The most series of an instrument. The last one is the overflow series, with the attribute
   * `otel.metric.overflow`, which takes the values of all further attributes. At least 2.
   *
   * @default {2000}
   */
  cardinalityLimit?: number;
  /**
   * How often the callbacks of observable instruments run, in seconds; from 0.1 to 86400. They also
   * run before each snapshot that this thread takes.
   *
   * @default {5}
   */
  observeSeconds?: number;
  /**
   * A callback for what was ignored: values out of range, instruments that cannot be made,
   * callbacks that throw. It gets each text once.
   *
   * @default {console.warn}
   */
  onWarning?: (text: string) => void;
}

const PROVIDER_OPTIONS: OptionNames<ThreadStatsMeterProviderOptions> = {
  thread: true,
  views: true,
  cardinalityLimit: true,
  observeSeconds: true,
  onWarning: true,
};

/** The options of a provider, with defaults. */
export interface CheckedProviderOptions
  extends Required<Omit<ThreadStatsMeterProviderOptions, "thread" | "views">> {
  readonly thread: MeterThread | undefined;
  readonly findView: FindView;
}

/**
 * Checks the options of a provider, and fills in the defaults.
 *
 * @throws {TypeError} If an option is unknown or has the wrong shape.
 * @throws {RangeError} If an option is out of range.
 */
export function checkProviderOptions(
  action: string,
  options: ThreadStatsMeterProviderOptions,
): CheckedProviderOptions {
  const checked = takeOptions(action, options, PROVIDER_OPTIONS);
  const {
    cardinalityLimit = 2000,
    observeSeconds = 5,
    onWarning = (text) => console.warn(text),
  } = checked;
  const findView = checkViews(action, checked.views);
  assertInteger(action, "cardinalityLimit", cardinalityLimit, CARDINALITY_RANGE);
  if (typeof observeSeconds !== "number") {
    throw new TypeError(cannot(action, "observeSeconds must be a number", observeSeconds));
  }
  if (!(observeSeconds >= 0.1 && observeSeconds <= 86_400)) {
    const required = "observeSeconds must be from 0.1 to 86400";
    throw new RangeError(cannot(action, required, observeSeconds));
  }
  if (typeof onWarning !== "function") {
    throw new TypeError(cannot(action, "onWarning must be a function", onWarning));
  }
  if (checked.thread !== undefined && !hasMethod(checked.thread, "extend")) {
    throw new TypeError(cannot(action, "thread must be a registered thread", checked.thread));
  }
  return { thread: checked.thread, findView, cardinalityLimit, observeSeconds, onWarning };
}
