/**
 * What the four classes of metrics share: options, checks and registration.
 *
 * @module
 */
import { coreOf, readObject, setCommonGet } from "./metric_access.ts";
import { Readings } from "./readings.ts";
import { type AnyRegistry, register, Registry } from "./registry.ts";
import type { Aggregator, MetricObjectWithValues } from "./types.ts";
import { areLabelNames, validateMetricName } from "./validation.ts";

/**
 * How the parts of threads become one value where that is not the aggregator, which is for
 * processes: an option of the default metrics.
 */
export const MERGE: unique symbol = Symbol("merge");

/** What `collect` may be: it runs in its own thread before that thread's metrics are read. */
export type CollectFunction<M> = (this: M) => void | Promise<void>;

/** Options that all metrics share. */
export interface MetricConfiguration<T extends string> {
  /** The whole name, as it is exported. */
  name: string;
  /** What the metric counts or measures. */
  help: string;
  /** Names of the labels. */
  labelNames?: T[] | readonly T[];
  /**
   * The registries that get the metric.
   *
   * @default {[register]}
   */
  registers?: readonly AnyRegistry[];
  /**
   * How the parts of several threads become one value.
   *
   * @default {"sum"}
   */
  aggregator?: Aggregator;
  /** Runs before the metric is read in this thread. */
  // deno-lint-ignore no-explicit-any
  collect?: CollectFunction<any>;
  /** Whether updates take exemplars. Only for registries of OpenMetrics. */
  enableExemplars?: boolean;
}

/** The base of all metrics. */
export abstract class Metric<T extends string> {
  /** The name. */
  declare readonly name: string;
  /** The help text. */
  declare readonly help: string;
  /** Names of the labels. */
  declare readonly labelNames: readonly T[];
  /** The registries that got the metric when it was made. */
  declare readonly registers: readonly AnyRegistry[];
  /** How parts of several threads or processes become one value. */
  declare readonly aggregator: Aggregator;
  /** Runs before the metric is read in this thread. */
  declare collect?: () => void | Promise<void>;
  /** Whether updates take exemplars. */
  declare enableExemplars: boolean;
  /** `counter`, `gauge`, `histogram` or `summary`. */
  declare readonly type: string;

  /** Checks the options, and copies them. The caller registers the metric. */
  protected constructor(
    config: MetricConfiguration<T>,
    type: string,
    defaults: Readonly<Record<string, unknown>> = {},
  ) {
    if (config === null || typeof config !== "object") {
      throw new TypeError("constructor expected a config object");
    }
    Object.assign(
      this,
      {
        labelNames: [],
        registers: [register],
        aggregator: "sum",
        enableExemplars: false,
      },
      defaults,
      config,
      { type },
    );
    this.registers || Object.assign(this, { registers: [register] });
    this.labelNames || Object.assign(this, { labelNames: [] });
    if (!this.help) throw new Error("Missing mandatory help parameter");
    if (!this.name) throw new Error("Missing mandatory name parameter");
    if (!validateMetricName(this.name)) throw new Error("Invalid metric name");
    if (!areLabelNames(this.labelNames)) throw new Error("Invalid label name");
    if (this.collect && typeof this.collect !== "function") {
      throw new Error('Optional "collect" parameter must be a function');
    }
  }

  /** Starts all series again; see each kind. */
  abstract reset(): void;

  /** Puts the metric into its registries. */
  protected register(): void {
    for (const registry of this.registers) {
      if (
        this.enableExemplars &&
        registry.contentType === Registry.PROMETHEUS_CONTENT_TYPE
      ) {
        throw new TypeError(
          "Exemplars are supported only on OpenMetrics registries",
        );
      }
      registry.registerMetric(this);
    }
  }

  /**
   * Runs `collect`, and reads all series of all threads.
   *
   * @returns Name, help, type, aggregator and values.
   */
  async get(): Promise<MetricObjectWithValues<T>> {
    if (this.collect) {
      const collected = this.collect();
      if (collected instanceof Promise) await collected;
    }
    return readObject(coreOf(this)!, Readings.take()) as MetricObjectWithValues<T>;
  }

  static {
    setCommonGet(this.prototype.get);
  }
}
