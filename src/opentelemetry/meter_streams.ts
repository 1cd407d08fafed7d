/**
 * The metrics in shared memory for the instruments of meters, as one thread sees them.
 *
 * Each instrument is a metric that is defined at run time, with all attributes as one label. The
 * metric's name in the memory consists of the instrument's name and a hash of what identifies an
 * instrument: meter, name, kind, unit and type of values. So the same instrument in several threads
 * is one metric. Description, boundaries and limit are those of the thread that was first.
 *
 * | instrument | metric | when a thread ends |
 * | --- | --- | --- |
 * | counter, observable counter | counter | what it has counted stays |
 * | histogram | histogram with boundaries | what it has recorded stays |
 * | up-down counter | record with one sum | its changes stay, also those of a killed thread |
 * | observable up-down counter | gauge, sum of the threads | its values no longer count |
 * | gauge, observable gauge | gauge, latest of the threads | its values no longer count |
 *
 * The sum of an up-down counter stays because another thread may take back what this one has added:
 * a job that was enqueued here is finished there.
 *
 * @module
 */
import { isArray } from "../base/shapes.ts";
import { counter } from "../schema/counter.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import { sum } from "../schema/fields.ts";
import { gauge } from "../schema/gauge.ts";
import { histogram } from "../schema/histogram.ts";
import {
  ATTRIBUTES_LABEL,
  type MeterInstrument,
  type MeterScope,
  withMeterOrigin,
} from "../schema/meter_origin.ts";
import { record } from "../schema/record.ts";
import { defineSchema, type Schema } from "../schema/schema.ts";
import { withoutUpdate } from "../snapshots/before_snapshots.ts";
import type { SnapshotSource } from "../snapshots/snapshot_source.ts";
import type { MeterInstrumentOptions } from "./meter_api.ts";
import type { FindView } from "./meter_views.ts";

/** Kinds of instruments of a meter. */
export type StreamKind =
  | "counter"
  | "upDownCounter"
  | "gauge"
  | "histogram"
  | "observableCounter"
  | "observableUpDownCounter"
  | "observableGauge";

/** Metrics of a memory: a `ThreadStats`. */
export interface ExtendedStats {
  /** The metrics. */
  readonly schema: Schema;
  /** The memory. */
  readonly handle: object;
}

/** A registered thread: a `Thread`. */
export interface MeterThread {
  /** Makes the thread's writers of further metrics. */
  extend(stats: ExtendedStats): { readonly metrics: object };
}

/** The statistics that get the metrics: a `ThreadStats`. */
export interface MeterStats extends SnapshotSource {
  /** Adds metrics. */
  extend(schema: Schema): ExtendedStats;
  /** Registers the calling thread. */
  registerThread(name?: string): MeterThread;
}

/** The writers of one metric in this thread. */
export interface StreamWriters<Writer> {
  labels(labels: { readonly [ATTRIBUTES_LABEL]: string }): Writer;
}

/** One instrument as a metric. */
export interface Stream {
  readonly name: string;
  readonly isInteger: boolean;
  readonly writers: StreamWriters<unknown>;
  readonly isKept: ((key: string) => boolean) | undefined;
  readonly cardinalityLimit: number;
}

/** Which instrument of which meter. */
export interface StreamRequest {
  readonly kind: StreamKind;
  readonly scope: MeterScope;
  readonly name: string;
  readonly options: MeterInstrumentOptions;
}

/** The default of the specification. */
const DEFAULT_BOUNDARIES = [
  0,
  5,
  10,
  25,
  50,
  75,
  100,
  250,
  500,
  750,
  1000,
  2500,
  5000,
  7500,
  10_000,
] as const;

/** The text of all attributes of a series; URLs and queries are long. */
const MAX_TEXT = 65_536;

const INSTRUMENTS: Readonly<Record<StreamKind, MeterInstrument>> = {
  counter: "counter",
  upDownCounter: "upDownCounter",
  gauge: "gauge",
  histogram: "histogram",
  observableCounter: "counter",
  observableUpDownCounter: "upDownCounter",
  observableGauge: "gauge",
};

/** Makes the metrics of instruments. */
export class MeterStreams {
  readonly #stats: MeterStats;
  readonly #thread: MeterThread;
  readonly #findView: FindView;
  readonly #cardinalityLimit: number;
  /** By the metrics' names. `undefined` for those that a view drops. */
  readonly #streams = new Map<string, Stream | undefined>();

  constructor(
    stats: MeterStats,
    thread: MeterThread,
    { findView, cardinalityLimit }: { findView: FindView; cardinalityLimit: number },
  ) {
    this.#stats = stats;
    this.#thread = thread;
    this.#findView = findView;
    this.#cardinalityLimit = cardinalityLimit;
  }

  /**
   * The stream of an instrument; `undefined` if a view drops it.
   *
   * @throws If the metric cannot be defined.
   */
  of(request: StreamRequest): Stream | undefined {
    const metric = metricName(request);
    if (!this.#streams.has(metric)) this.#streams.set(metric, this.#make(metric, request));
    return this.#streams.get(metric);
  }

  #make(metric: string, request: StreamRequest): Stream | undefined {
    const { scope, name, options } = request;
    const view = this.#findView(scope.name, name);
    if (view.drop) return undefined;
    const cardinalityLimit = view.cardinalityLimit ?? this.#cardinalityLimit;
    const boundaries = view.boundaries ?? advisedBoundaries(options) ?? DEFAULT_BOUNDARIES;
    const definition = definitionOf(request, { cardinalityLimit, boundaries });
    const extended = this.#define(metric, definition);
    const { metrics } = this.#thread.extend(extended);
    const keys = view.attributeKeys && new Set(view.attributeKeys);
    return {
      name,
      isInteger: isInteger(options),
      writers: (metrics as Record<string, StreamWriters<unknown>>)[metric],
      isKept: keys && ((key) => keys.has(key)),
      cardinalityLimit,
    };
  }

  /** Defines a metric, or takes it as another thread has defined it. */
  #define(metric: string, definition: MetricDefinition): ExtendedStats {
    try {
      return this.#stats.extend(defineSchema({ [metric]: definition }));
    } catch (error) {
      const { metrics } = withoutUpdate(() => this.#stats.snapshot());
      if (!Object.hasOwn(metrics, metric)) throw error;
      const theirs = metrics[metric].definition;
      if (theirs.kind !== definition.kind || theirs.name !== definition.name) throw error;
      return this.#stats.extend(defineSchema({ [metric]: theirs }));
    }
  }
}

function isInteger({ valueType }: MeterInstrumentOptions): boolean {
  return valueType === 0;
}

function definitionOf(
  { kind, scope, name, options }: StreamRequest,
  { cardinalityLimit, boundaries }: {
    cardinalityLimit: number;
    boundaries: readonly number[];
  },
): MetricDefinition {
  const common = {
    name,
    help: options.description,
    unit: options.unit,
    labels: [ATTRIBUTES_LABEL],
    // One series of the limit is that of the overflow.
    maxSeries: cardinalityLimit - 1,
    maxLabelLength: MAX_TEXT,
  } as const;
  const origin = {
    scope,
    instrument: INSTRUMENTS[kind],
    valueType: isInteger(options) ? "int" : "double",
  };
  switch (kind) {
    case "counter":
    case "observableCounter":
      return withMeterOrigin(counter(common), origin);
    case "upDownCounter":
      return withMeterOrigin(record({ value: sum() }, common), origin);
    case "observableUpDownCounter":
      return withMeterOrigin(gauge({ ...common, aggregate: "sum" }), origin);
    case "gauge":
    case "observableGauge":
      return withMeterOrigin(gauge({ ...common, aggregate: "latest" }), origin);
    case "histogram": {
      // Values are never negative, so nothing is counted up to a negative boundary.
      const counted = boundaries.filter((bound) => bound >= 0);
      if (counted.length === boundaries.length && counted.length > 0) {
        return withMeterOrigin(histogram({ ...common, boundaries }), origin);
      }
      const bins = counted.length > 0 ? counted : [0];
      return withMeterOrigin(histogram({ ...common, boundaries: bins }), { ...origin, boundaries });
    }
  }
}

/** The boundaries that the author suggests, sorted; `undefined` if there are none. */
function advisedBoundaries({ advice }: MeterInstrumentOptions): readonly number[] | undefined {
  const given = advice?.explicitBucketBoundaries;
  if (!isArray(given) || given.length > 10_000) return undefined;
  // `+ 0` makes -0 a 0.
  const finite = given.filter((bound) => Number.isFinite(bound)).map((bound) => bound + 0);
  return [...new Set<number>(finite)].sort((a, b) => a - b);
}

/** The name of an instrument's metric in the memory. */
function metricName({ kind, scope, name, options }: StreamRequest): string {
  const { name: meter, version, schemaUrl } = scope;
  const type = isInteger(options) ? "int" : "double";
  // OpenTelemetry does not distinguish small letters from capitals.
  const identity = [meter, version, schemaUrl, name.toLowerCase(), kind, options.unit ?? "", type];
  const words = name.toLowerCase().slice(0, 80).replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return `otel_${words}_${hashOf(JSON.stringify(identity))}`;
}

/** A hash of 53 bits: "cyrb53". Two of a thousand texts have the same with a chance of 1 : 10^10. */
function hashOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let n = 0; n < text.length; n++) {
    const unit = text.charCodeAt(n);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
