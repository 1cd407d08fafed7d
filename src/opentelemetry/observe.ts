/**
 * Exports metrics as observable instruments of a meter.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import type { OptionNames } from "../base/options.ts";
import { hasMethod, isArray } from "../base/shapes.ts";
import { familiesIn } from "../export/families.ts";
import { type Family, familyKey } from "../export/family.ts";
import { labelNames } from "../export/series_labels.ts";
import { instrumentParts } from "../schema/exported_names.ts";
import { firstSnapshot, type SnapshotSource } from "../snapshots/snapshot_source.ts";
import type { BatchResult, ObservableInstrument, ObservableMeter } from "./api.ts";
import { assertInstrumentName, type Instrument, instrumentOf } from "./instruments.ts";
import { type Observer, observerOf } from "./observers.ts";
import {
  checkOptions,
  COMMON_OPTIONS,
  type OpenTelemetryOptions,
} from "./opentelemetry_options.ts";

/** Options of {@linkcode observe}. */
export interface ObserveOptions extends OpenTelemetryOptions {
  /**
   * The quantiles of histograms to report, each from 0 to 1. For example, `0.99` is reported by the
   * gauge `latency.quantile` with the attribute `quantile="0.99"`.
   *
   * @default {[]}
   */
  quantiles?: readonly number[];
  /**
   * A callback for errors of a collection, for instance of a source that throws. The meter gets no
   * further values in this collection. Errors thrown by this callback propagate to the meter:
   * Deno's meter ends the program, a reader of the SDK reports an error of the collection.
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

const METER_METHODS = [
  "createObservableCounter",
  "createObservableUpDownCounter",
  "createObservableGauge",
  "addBatchObservableCallback",
  "removeBatchObservableCallback",
] as const;

/**
 * Reports the statistics to a meter of `@opentelemetry/api`, which an SDK or Deno itself
 * (`OTEL_DENO=true`) collects. Each collection takes one snapshot, and waits for no thread.
 *
 * | kind | instruments |
 * | --- | --- |
 * | counter, `sum` of a record | `ObservableCounter` |
 * | gauge, by default or with `aggregate: "sum"` | `ObservableUpDownCounter` |
 * | other gauge, other field of a record | `ObservableGauge` |
 * | histogram `latency` | `ObservableCounter` `latency.count` and `latency.sum` |
 * | histogram `latency`, with `quantiles` | also `ObservableGauge` `latency.quantile` |
 *
 * **Histograms** have no observable instrument: the API accepts their values only one at a time.
 * So a meter gets counts, sums and quantiles; for whole histograms, use
 * {@linkcode ThreadStatsProducer}.
 *
 * **Cleared buckets**: a meter does not learn that a bucket was cleared. Its readers and backends
 * see a counter decrease, and take that for a restart.
 *
 * **Series that no longer exist**: a cumulative SDK reader, which is the default, keeps exporting
 * their last value: of destroyed buckets, and of all series after the observation has ended; with
 * `perThread`, also of threads that have ended and of threads that counted only before a clear.
 * Delta readers and Deno's meter do not. If buckets or threads come and go, use
 * {@linkcode ThreadStatsProducer}, which exports only series that exist.
 *
 * A meter of the SDK has at most 2000 series for each instrument, unless its reader is configured
 * otherwise. A producer has no limit.
 *
 * **Metrics that another thread defines later** get their instruments at the next collection, and
 * report from the one after it.
 *
 * For names, attributes and units, see the module. A `sum()` is reported as monotonic; the program
 * must make sure that it never decreases.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param meter Any `Meter` of `@opentelemetry/api`.
 * @param options What to report.
 * @returns A disposable, also for `using`, that ends the observation. The instruments remain, but
 * get no more values.
 * @throws {TypeError} If an argument has the wrong shape, an option is unknown, or `quantiles` are
 * given and a histogram has a label of that name.
 * @throws {RangeError} If a quantile is not from 0 to 1, or OpenTelemetry does not allow the name
 * of a metric without the option `name`.
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
  stats: SnapshotSource,
  meter: ObservableMeter,
  options: ObserveOptions = {},
): Disposable {
  const action = "observe the statistics";
  const first = firstSnapshot(action, stats);
  const missing = METER_METHODS.find((method) => !hasMethod(meter, method));
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
  const instrumentFor = (family: Family): Instrument => {
    if (quantiles.length > 0 && hasQuantileLabel(family)) {
      const required = "a histogram must have no label quantile if its quantiles are reported";
      throw new TypeError(cannot(action, required, family.metric));
    }
    const instrument = instrumentOf(action, family);
    if (instrument.kind === "histogram") {
      for (const name of Object.values(instrumentParts(instrument.name))) {
        assertInstrumentName(action, family, name);
      }
    }
    return instrument;
  };
  /** By the keys of the families; `undefined` for those that cannot be reported. */
  const observers = new Map<string, Observer | undefined>();
  let registered: ObservableInstrument[] = [];
  let isOver = false;

  /** Has the meter call back for all instruments that there are now. */
  const register = () => {
    if (registered.length > 0) meter.removeBatchObservableCallback(callback, registered);
    registered = [...observers.values()].flatMap((observer) => observer?.instruments ?? []);
    meter.addBatchObservableCallback(callback, registered);
  };
  /** Makes the instruments of a metric that was defined since. They report from the next time on. */
  const addLate = (family: Family) => {
    const key = familyKey(family);
    observers.set(key, undefined);
    try {
      observers.set(key, observerOf(meter, instrumentFor(family), settings));
    } catch (error) {
      onError(error);
    }
    // Not now: the meter is going through its callbacks.
    queueMicrotask(() => isOver || register());
  };
  const callback = (result: BatchResult) => {
    try {
      for (const family of familiesIn(stats.snapshot({ perThread }), { selfMetrics })) {
        const key = familyKey(family);
        if (observers.has(key)) observers.get(key)?.observe(result, family);
        else addLate(family);
      }
    } catch (error) {
      onError(error);
    }
  };
  // All names are checked first, so that either all instruments are made, or none.
  const named = Array.from(
    familiesIn(first, { selfMetrics }),
    (family) => [familyKey(family), instrumentFor(family)] as const,
  );
  for (const [key, instrument] of named) {
    observers.set(key, observerOf(meter, instrument, settings));
  }
  register();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      meter.removeBatchObservableCallback(callback, registered);
    },
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

function hasQuantileLabel(family: Family): boolean {
  const { definition } = family;
  return definition?.kind === "histogram" &&
    definition.labels.map(labelNames(family, { perThread: false })).includes("quantile");
}
