/**
 * A provider of meters that records in shared memory.
 *
 * How instruments become metrics: `meter_streams.ts`. How attributes become labels:
 * `export/attribute_text.ts`. How exporters know the meter: `schema/meter_origin.ts`.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { hasMethod, isPlain, lookAt } from "../base/shapes.ts";
import { isExactName } from "../schema/names.ts";
import { beforeSnapshots } from "../snapshots/before_snapshots.ts";
import type { MeterInstrumentOptions, ThreadStatsMeter } from "./meter_api.ts";
import {
  checkProviderOptions,
  type ThreadStatsMeterProviderOptions,
} from "./meter_provider_options.ts";
import { type MeterStats, MeterStreams, type Stream, type StreamKind } from "./meter_streams.ts";
import { ObservableCallbacks, ObservableInstrument } from "./observable_instruments.ts";
import {
  MeterCounterInstrument,
  MeterGaugeInstrument,
  MeterHistogramInstrument,
  MeterUpDownCounterInstrument,
  NO_INSTRUMENT,
  type Warn,
} from "./sync_instruments.ts";

/** Source: "Instrument name syntax" in the specification of OpenTelemetry's metrics API. */
const NAME = /^[a-zA-Z][a-zA-Z0-9_.\-/]{0,254}$/;

/** The most different warnings. */
const MAX_WARNINGS = 100;

/**
 * A `MeterProvider` for `@opentelemetry/api`, so that what instrumentations record in any thread
 * lands in shared memory. Set it globally in each thread; one thread exports everything, with
 * {@linkcode ThreadStatsProducer} or `prometheusHandler`, also while the others are busy, and after
 * they have ended. It loads no package.
 *
 * | instrument | values of several threads | of a thread that has ended |
 * | --- | --- | --- |
 * | counter, histogram, observable counter | are added up | stay |
 * | up-down counter | are added up | stay, also what a killed thread has not taken back |
 * | observable up-down counter | are added up | no longer count |
 * | gauge, observable gauge | the latest counts | no longer count |
 *
 * An observable instrument that reports something of the whole process, as its CPU time, should be
 * made in one thread: with the same attributes in several threads, the values are added up.
 *
 * **Callbacks** of observable instruments run in their own thread, every `observeSeconds` and
 * before each snapshot that this thread takes. So a value that another thread exports is at most
 * `observeSeconds` old, and older if its thread is busy. `ThreadStatsProducer` waits for
 * asynchronous callbacks of its own thread; other exporters show their previous values.
 *
 * **Instruments** are the same in all threads if meter (name, version, schema URL), name, kind,
 * unit and type of values are equal. Description, boundaries and limit are those of the first
 * thread. An instrument is a metric of the memory, which has at most `maxMetrics` of them.
 *
 * **Attributes** may have any keys, and texts, numbers, booleans and arrays as values; `1` and
 * `"1"` are two series. Attributes that are `undefined` are left out. In Prometheus, all values are
 * texts.
 *
 * **Bad input** is ignored with a warning, as the API demands: values that are not finite, negative
 * values of counters and histograms, names that the memory cannot have. No method of a meter
 * throws.
 *
 * Cost of `add` and `record`: about 15 ns for each attribute, beside the cost of the writer;
 * nothing is allocated. An array takes about 150 ns, the first use of some attributes some µs.
 *
 * @example Set globally in each thread, exported in one
 * ```ts ignore
 * // metrics.ts, imported first by every thread
 * import { metrics } from "@opentelemetry/api";
 * import { defineSchema, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsMeterProvider } from "@x/thread-stats/opentelemetry";
 *
 * export const stats = await ThreadStats.join("shop", defineSchema({}));
 * metrics.setGlobalMeterProvider(new ThreadStatsMeterProvider(stats));
 * ```
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { defineSchema, ThreadStats } from "@x/thread-stats";
 * import { ThreadStatsMeterProvider } from "@x/thread-stats/opentelemetry";
 * import { prometheusText } from "@x/thread-stats/prometheus";
 *
 * const stats = ThreadStats.create(defineSchema({}));
 * const provider = new ThreadStatsMeterProvider(stats);
 * const requests = provider.getMeter("http").createCounter("http.requests");
 * requests.add(1, { "http.route": "/", "http.status": 200 });
 * assertStringIncludes(
 *   prometheusText(stats.snapshot()),
 *   'http_requests_total{http_route="/",http_status="200",otel_scope_name="http"} 1\n',
 * );
 * ```
 */
export class ThreadStatsMeterProvider {
  readonly #streams: MeterStreams;
  readonly #callbacks: ObservableCallbacks;
  readonly #meters = new Map<string, ThreadStatsMeter>();
  readonly #warnings = new Set<string>();
  readonly #onWarning: (text: string) => void;
  readonly #observeSeconds: number;
  #end: (() => void) | undefined;
  #isOver = false;

  /**
   * Makes a provider for the calling thread. A thread needs only one.
   *
   * @param stats The statistics that get the metrics: from `ThreadStats.join`, `create` or
   * `attach`.
   * @param options Registration, views and limits.
   * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
   * @throws {RangeError} If an option is out of range, or all thread slots are taken.
   */
  constructor(stats: MeterStats, options: ThreadStatsMeterProviderOptions = {}) {
    const action = "make a meter provider";
    const missing = ["extend", "registerThread", "snapshot"].find((name) =>
      !hasMethod(stats, name)
    );
    if (missing !== undefined) {
      throw new TypeError(cannot(action, "it must be given a ThreadStats", stats));
    }
    const checked = checkProviderOptions(action, options);
    const { findView, cardinalityLimit, observeSeconds, onWarning } = checked;
    const thread = checked.thread ?? stats.registerThread();
    this.#onWarning = onWarning;
    this.#observeSeconds = observeSeconds;
    this.#streams = new MeterStreams(stats, thread, { findView, cardinalityLimit });
    this.#callbacks = new ObservableCallbacks(this.#warn, () => this.#beginObserving());
  }

  /**
   * The meter of a library. Never throws.
   *
   * @param name The name of the library.
   * @param version Its version.
   * @param options The URL of its schema.
   * @returns The meter; the same one for the same arguments.
   */
  getMeter(name: string, version?: string, options?: { schemaUrl?: string }): ThreadStatsMeter {
    const scope = {
      name: textOf(name),
      version: textOf(version),
      schemaUrl: textOf(lookAt(() => options?.schemaUrl)),
    };
    const key = JSON.stringify(scope);
    let meter = this.#meters.get(key);
    if (meter === undefined) this.#meters.set(key, meter = this.#makeMeter(scope));
    return meter;
  }

  /**
   * Runs the callbacks of all observable instruments of this thread, so that other threads can
   * export their present values.
   */
  async forceFlush(): Promise<void> {
    await this.#callbacks.run();
  }

  /**
   * Runs the callbacks a last time, and never again. What was recorded stays, and synchronous
   * instruments go on.
   */
  async shutdown(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#end?.();
    await this.#callbacks.run();
    this.#callbacks.clear();
  }

  #makeMeter(scope: { name: string; version: string; schemaUrl: string }): ThreadStatsMeter {
    const streamOf = (kind: StreamKind, name: string, options: unknown): Stream | undefined =>
      this.#streamOf({ kind, scope, name, options: lookAt(() => optionsOf(options)) ?? {} });
    const sync = <Instrument>(
      Instrument: new (stream: Stream, warn: Warn) => Instrument,
      kind: StreamKind,
    ) => {
      /** One instrument for each stream, so that all threads' calls share its index. */
      const made = new Map<Stream, Instrument>();
      return (name: string, options?: MeterInstrumentOptions) => {
        const stream = streamOf(kind, name, options);
        if (stream === undefined) return NO_INSTRUMENT as Instrument;
        let instrument = made.get(stream);
        if (instrument === undefined) {
          made.set(stream, instrument = new Instrument(stream, this.#warn));
        }
        return instrument;
      };
    };
    const observable = (kind: StreamKind) => {
      const made = new Map<Stream, ObservableInstrument>();
      const settings = { isCounter: kind === "observableCounter", callbacks: this.#callbacks };
      return (name: string, options?: MeterInstrumentOptions) => {
        const stream = streamOf(kind, name, options);
        if (stream === undefined) return new ObservableInstrument(undefined, settings);
        let instrument = made.get(stream);
        if (instrument === undefined) {
          made.set(stream, instrument = new ObservableInstrument(stream, settings));
        }
        return instrument;
      };
    };
    return Object.freeze({
      createCounter: sync(MeterCounterInstrument, "counter"),
      createUpDownCounter: sync(MeterUpDownCounterInstrument, "upDownCounter"),
      createGauge: sync(MeterGaugeInstrument, "gauge"),
      createHistogram: sync(MeterHistogramInstrument, "histogram"),
      createObservableCounter: observable("observableCounter"),
      createObservableUpDownCounter: observable("observableUpDownCounter"),
      createObservableGauge: observable("observableGauge"),
      addBatchObservableCallback: this.#callbacks.addBatch.bind(this.#callbacks),
      removeBatchObservableCallback: this.#callbacks.removeBatch.bind(this.#callbacks),
    });
  }

  #streamOf(request: Parameters<MeterStreams["of"]>[0]): Stream | undefined {
    const { name } = request;
    try {
      if (!isExactName(name)) {
        this.#warn("An instrument was ignored: its name must be text without U+0000, not empty");
        return undefined;
      }
      if (!NAME.test(name)) {
        const required = "names begin with a letter, have at most 255 characters, and consist of " +
          "letters, digits and _.-/";
        this.#warn(`The instrument ${name.slice(0, 300)} has an invalid name: ${required}`);
      }
      return this.#streams.of(request);
    } catch (error) {
      const reason = error instanceof Error ? error.message : `${error}`;
      this.#warn(`The instrument ${name} was ignored: ${reason}`);
      return undefined;
    }
  }

  readonly #warn = (text: string): void => {
    if (this.#warnings.has(text) || this.#warnings.size >= MAX_WARNINGS) return;
    this.#warnings.add(text);
    try {
      this.#onWarning(text);
    } catch {
      // No method of a meter may throw.
    }
  };

  #beginObserving(): void {
    if (this.#end !== undefined || this.#isOver) return;
    const stop = beforeSnapshots(() => this.#callbacks.run());
    const timer = setInterval(() => void this.#callbacks.run(), this.#observeSeconds * 1000);
    // The callbacks must not keep the thread alive.
    if (typeof timer === "number") {
      (globalThis as { Deno?: { unrefTimer(id: number): void } }).Deno?.unrefTimer(timer);
    } else {
      (timer as { unref?(): void }).unref?.();
    }
    this.#end = () => {
      stop();
      clearInterval(timer);
    };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed() : "";
}

/** The options of an instrument as far as they have the right shape. */
function optionsOf(given: unknown): MeterInstrumentOptions {
  if (!isPlain(given)) return {};
  const { description, unit, valueType, advice } = given as MeterInstrumentOptions;
  return {
    description: textOf(description),
    unit: textOf(unit),
    valueType,
    advice: isPlain(advice)
      ? { explicitBucketBoundaries: advice.explicitBucketBoundaries }
      : undefined,
  };
}
