/**
 * Metrics as observable instruments of a meter.
 *
 * @module
 */
import { firstSnapshot, type MetricSource } from "../snapshots/snapshot_source.ts";
import { cannot } from "../base/errors.ts";
import { hasMethod, isArray } from "../base/shapes.ts";
import { familiesIn, type Family } from "../export/families.ts";
import { instrumentParts } from "../schema/exported_names.ts";
import { snakeCase } from "../schema/names.ts";
import type { OptionNames } from "../base/options.ts";
import type { BatchResult, ObservableMeter } from "./api.ts";
import { assertInstrumentName, instrumentOf } from "./instruments.ts";
import { observerOf } from "./observers.ts";
import { checkOptions, COMMON_OPTIONS, type OpenTelemetryOptions } from "./options.ts";

/** Options of {@linkcode observe}. */
export interface ObserveOptions extends OpenTelemetryOptions {
  /**
   * Which quantiles of histograms are told, each from 0 to 1: `0.99` as gauge `latency.quantile` with the attribute `quantile="0.99"`.
   *
   * @default {[]}
   */
  quantiles?: readonly number[];
  /**
   * Is told what goes wrong in a collection, such as a source that throws; the meter gets no more values then. If it throws itself, the meter has that:
   * Deno's ends the program, an SDK's reader counts it as an error of its collection.
   *
   * @default {console.error}
   */
  onError?: (error: unknown) => void;
}

const OBSERVE_OPTIONS: OptionNames<ObserveOptions> = {
  ...COMMON_OPTIONS,
  quantiles: true,
  onError: true,
};

const METHODS = [
  "createObservableCounter",
  "createObservableUpDownCounter",
  "createObservableGauge",
  "addBatchObservableCallback",
  "removeBatchObservableCallback",
] as const;

/**
 * Shows the statistics to a meter of `@opentelemetry/api`, whatever makes its collections: an SDK, or Deno itself (`OTEL_DENO=true`). Each
 * collection takes one snapshot, and waits for no thread.
 *
 * | kind | instruments |
 * | --- | --- |
 * | counter, `sum` of a record | `ObservableCounter` |
 * | gauge, by default or with `aggregate: "sum"` | `ObservableUpDownCounter` |
 * | other gauge, other field of a record | `ObservableGauge` |
 * | histogram `latency` | `ObservableCounter` `latency.count` and `latency.sum`, and by option `ObservableGauge` `latency.quantile` |
 *
 * **Histograms** have no observable instrument: the API takes their values one by one only. So a meter gets their counts, sums and quantiles; for
 * whole histograms take {@linkcode ThreadStatsProducer}. A meter also does not learn when a bucket was cleared: to it the counter has
 * fallen, which its readers and backends take for a new start.
 *
 * **What is gone**, an SDK's reader of cumulative values, which is its default, tells for ever with the value that it had last: destroyed buckets, and all when the
 * observing has ended; with `perThread` also threads that have ended, and the old counts of those that count no more in a bucket that was cleared.
 * Readers of deltas and Deno's meter do not. Where buckets or threads come and go, take {@linkcode ThreadStatsProducer}: it tells what is there.
 *
 * An SDK's meter has at most 2000 series in each instrument unless its reader is told otherwise; a producer has no limit.
 *
 * Names, attributes and units: see the module. A `sum()` of doubles is told as one that never falls, which is for the program to keep.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param meter Any `Meter` of `@opentelemetry/api`.
 * @param options What is told.
 * @returns What ends it, for `using` too: the instruments stay, but get no values any more.
 * @throws {TypeError} When an argument has the wrong shape, an option is unknown, or quantiles are
 * asked for and a histogram has a label of that name.
 * @throws {RangeError} When a quantile is not from 0 to 1, or a metric has a name that OpenTelemetry does not allow.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, gauge, ThreadStats } from "@x/thread-stats";
 * import { observe, type ObservableMeter } from "@x/thread-stats/opentelemetry";
 *
 * const stats = ThreadStats.create(defineSchema({ requests: counter(), queueDepth: gauge() }));
 *
 * const names: string[] = [];
 * const make = (name: string) => ({ number: names.push(name) });
 * const meter: ObservableMeter = { // in a program: metrics.getMeter("shop") of @opentelemetry/api
 *   createObservableCounter: make,
 *   createObservableUpDownCounter: make,
 *   createObservableGauge: make,
 *   addBatchObservableCallback() {},
 *   removeBatchObservableCallback() {},
 * };
 * using _ = observe(stats, meter, { selfMetrics: false });
 * assertEquals(names, ["requests", "queue_depth"]);
 * ```
 */
export function observe(
  stats: MetricSource,
  meter: ObservableMeter,
  options: ObserveOptions = {},
): Disposable {
  const action = "observe the statistics";
  const first = firstSnapshot(action, stats);
  const missing = METHODS.find((method) => !hasMethod(meter, method));
  if (missing !== undefined) {
    throw new TypeError(cannot(action, `the meter must have ${missing}()`, meter));
  }
  const checked = checkOptions(action, options, OBSERVE_OPTIONS);
  const { perThread, selfMetrics, onError = (error) => console.error(error) } = checked;
  if (typeof onError !== "function") {
    throw new TypeError(cannot(action, "onError must be a function", onError));
  }
  const quantiles = checkQuantiles(action, checked.quantiles);
  const settings = { perThread, quantiles };
  // The names first: then all instruments are made, or none.
  const named = Array.from(familiesIn(first, { selfMetrics }), (family) => {
    if (quantiles.length > 0 && hasQuantileLabel(family)) {
      const required = "a histogram whose quantiles are told has no label quantile";
      throw new TypeError(cannot(action, required, family.metric));
    }
    const instrument = instrumentOf(action, family);
    if (instrument.kind === "histogram") {
      for (const name of Object.values(instrumentParts(instrument.name))) {
        assertInstrumentName(action, name);
      }
    }
    return instrument;
  });
  const observers = named.map((instrument) => observerOf(meter, instrument, settings));
  const callback = (result: BatchResult) => {
    try {
      let n = 0;
      // The families come in the same order always.
      for (const family of familiesIn(stats.snapshot({ perThread }), { selfMetrics })) {
        observers[n++].observe(result, family);
      }
    } catch (error) {
      onError(error);
    }
  };
  const instruments = observers.flatMap((observer) => observer.instruments);
  meter.addBatchObservableCallback(callback, instruments);
  return {
    [Symbol.dispose]: () => meter.removeBatchObservableCallback(callback, instruments),
  };
}

function checkQuantiles(action: string, given: readonly number[] = []): readonly number[] {
  if (!isArray(given)) {
    throw new TypeError(cannot(action, "quantiles must be an array", given));
  }
  const quantiles: readonly number[] = [...given];
  for (const q of quantiles) {
    if (typeof q !== "number") {
      throw new TypeError(cannot(action, "quantiles must be numbers", q));
    }
    if (!(q >= 0 && q <= 1)) {
      throw new RangeError(cannot(action, "quantiles must be from 0 to 1", q));
    }
  }
  return quantiles;
}

function hasQuantileLabel({ definition }: Family): boolean {
  return definition?.kind === "histogram" &&
    definition.labels.some((label) => snakeCase(label) === "quantile");
}
