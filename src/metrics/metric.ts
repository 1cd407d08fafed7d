/**
 * A metric as one thread holds it: its buckets and labels, and the makers of its readers and writers. The one place that knows
 * which kinds of metrics there are.
 *
 * @module
 */
import { BucketTable } from "../buckets/bucket_table.ts";
import { inspectable } from "../base/inspectable.ts";
import { LabelIndex } from "../buckets/label_index.ts";
import type { Series } from "../buckets/label_trie.ts";
import { LabelLog } from "../buckets/label_log.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import type { Arena } from "../memory/arena.ts";
import {
  longIndex,
  M_CLOCK_U64,
  M_LOG_END,
  M_OVERFLOWED_U64,
  wordIndex,
} from "../memory/layout.ts";
import { MANY_SHIFT, SINGLE_SHIFT } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { CellSegments, CellShape } from "../threads/cell_segments.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import { type Aggregator, BucketReader } from "./bucket_reader.ts";
import { typeOf, wordsOf } from "./inspectable_writers.ts";
import type { Cells } from "./accumulator.ts";
import { CounterAccumulator } from "./counter/counter_accumulator.ts";
import { counterSegmentParts } from "./counter/counter_layout.ts";
import { GaugeAccumulator } from "./gauge/gauge_accumulator.ts";
import { gaugeSegmentParts } from "./gauge/gauge_layout.ts";
import { HistogramAccumulator } from "./histogram/histogram_accumulator.ts";
import { histogramSegmentBytes } from "./histogram/histogram_layout.ts";
import { scaleOf } from "./histogram/bin_scale.ts";
import { briefOf, HistogramValue } from "./histogram/histogram_value.ts";
import { LatestGaugeAccumulator } from "./gauge/latest_gauge_accumulator.ts";
import type { CellWriter, WriterContext } from "./cell_writer.ts";
import { OverflowCounter, SingleWriterCounter } from "./counter/counter_writer.ts";
import { OverflowGauge, SingleWriterGauge } from "./gauge/gauge_writer.ts";
import { OverflowHistogram, SingleWriterHistogram } from "./histogram/histogram_writer.ts";
import { LabelledWriter } from "./labelled_writer.ts";
import {
  LATEST_LAYOUT,
  LatestValues,
  SingleWriterLatestGauge,
} from "./gauge/latest_gauge_writer.ts";
import { SingleWriterLabelledRecords, SingleWriterRecords } from "./record/record_writer.ts";
import type { SingleReader } from "./reader_types.ts";
import { RecordAccumulator } from "./record/record_accumulator.ts";
import { makeKernel } from "./record/record_kernel.ts";
import { layoutOf, recordSegmentParts } from "./record/record_layout.ts";

/** What distinguishes one kind of metric from another, for one metric. */
interface Kind {
  /** Size of a thread's segment of so many buckets. */
  bytes(capacity: number): number;
  /** Makes what adds up a bucket. */
  cells(shared: Shared, place: { metric: number; shift: number }): Cells<unknown>;
  /** Makes a thread's writer: for the implicit bucket, for labels, or for records' ids. */
  writer(home: WriterContext, clock: number): unknown;
}

/** The parts of a `ThreadStats` that all its metrics use. */
interface Shared {
  readonly arena: Arena;
  readonly slots: SlotDirectory;
  readonly cells: CellSegments;
}

/** Where a metric stands in the shared memory. */
export interface MetricPlace {
  /** The metric's name. */
  name: string;
  /** Its number. */
  metric: number;
  /** Byte offset of its control block. */
  control: number;
  /** Byte offset of its label log, if it has labels. */
  log: number;
}

/** What a thread's cells of a metric need. */
export function shapeOf(definition: MetricDefinition): CellShape {
  const { bytes } = kindOf("", definition);
  return { shift: isSingle(definition) ? SINGLE_SHIFT : MANY_SHIFT, bytes };
}

/** One metric, as one thread holds it. */
export class Metric {
  /** Its name. */
  readonly name: string;
  /** Its definition. */
  readonly definition: MetricDefinition;
  /** Reads and manages its buckets, by id. */
  readonly buckets: BucketReader<unknown>;
  readonly #table: BucketTable;
  readonly #index: LabelIndex | undefined;
  readonly #kind: Kind;
  readonly #place: MetricPlace;

  constructor(definition: MetricDefinition, place: MetricPlace, shared: Shared) {
    const { name, metric } = place;
    const labelled = definition.labels.length > 0;
    const shift = isSingle(definition) ? SINGLE_SHIFT : MANY_SHIFT;
    this.name = name;
    this.definition = definition;
    this.#place = place;
    this.#kind = kindOf(name, definition);
    const directory = wordIndex(place.control);
    const table = new BucketTable(shared.arena, { name, directory, shift, labelled });
    this.#table = table;
    if (labelled) {
      const { labels: names, maxSeries } = definition;
      const log = new LabelLog(table, {
        metric,
        ring: longIndex(place.log),
        end: directory + M_LOG_END,
      });
      this.#index = new LabelIndex(table, log, { metric, names, maxSeries });
    }
    this.buckets = new BucketReader({
      definition,
      table,
      index: this.#index,
      slots: shared.slots,
      makeCells: () => this.#kind.cells(shared, { metric, shift }),
      overflowed: longIndex(place.control) + M_OVERFLOWED_U64,
    });
  }

  /** What users read the metric with. */
  get reader(): BucketReader<unknown> | SingleReader<unknown> {
    if (!isSingle(this.definition)) return this.buckets;
    const reader = singleReader(this.buckets);
    inspectable(reader, {
      type: typeOf(this.definition.kind, "Reader"),
      metric: () => this.name,
      facts: (self) => ({ ...wordsOf(this.definition), value: briefly(self.read()) }),
    });
    return reader;
  }

  /** Makes the implicit bucket of a metric that has one. Once, by the thread that makes the memory. */
  initialize(): void {
    if (isSingle(this.definition)) this.#table.create();
  }

  /** Makes a thread's writer. Owner thread only. */
  writer(thread: ThreadContext): unknown {
    const control = longIndex(this.#place.control);
    const overflowed = control + M_OVERFLOWED_U64;
    const { metric } = this.#place;
    const { kind } = this.definition;
    const home = { thread, kind, metric, table: this.#table, index: this.#index, overflowed };
    return this.#kind.writer(home, control + M_CLOCK_U64);
  }
}

/** Whether a metric has one implicit bucket. Records get theirs from `create()`. */
function isSingle(definition: MetricDefinition): boolean {
  return definition.kind !== "record" && definition.labels.length === 0;
}

/** A value in few words. */
function briefly(value: unknown): unknown {
  return value instanceof HistogramValue ? briefOf(value) : value;
}

function kindOf(name: string, definition: MetricDefinition): Kind {
  switch (definition.kind) {
    case "counter":
      return {
        bytes: (capacity) => counterSegmentParts(capacity).bytes,
        cells: ({ arena, cells }, { metric, shift }) =>
          new CounterAccumulator(arena, cells, metric, shift),
        writer: (home) =>
          cellWriter(
            home,
            (id, series) =>
              series?.kind === OVERFLOW
                ? new OverflowCounter(home, id, series)
                : new SingleWriterCounter(home, id, series),
          ),
      };
    case "gauge": {
      const { aggregate } = definition;
      if (aggregate === "latest") {
        return {
          bytes: (capacity) => recordSegmentParts(LATEST_LAYOUT, capacity).bytes,
          cells: (shared, place) => new LatestGaugeAccumulator(shared, place),
          writer: (home, clock) => {
            const values = new LatestValues(home, clock);
            return cellWriter(home, (id, series) => {
              const isOverflow = series?.kind === OVERFLOW;
              return new SingleWriterLatestGauge(home, values, { id, series, isOverflow });
            });
          },
        };
      }
      return {
        bytes: (capacity) => gaugeSegmentParts(capacity).bytes,
        cells: (shared, place) => new GaugeAccumulator(shared, { ...place, aggregate }),
        writer: (home) =>
          cellWriter(
            home,
            (id, series) =>
              series?.kind === OVERFLOW
                ? new OverflowGauge(home, id, series)
                : new SingleWriterGauge(home, id, series),
          ),
      };
    }
    case "histogram": {
      const { bins } = definition;
      const scale = scaleOf(bins);
      return {
        bytes: histogramSegmentBytes,
        cells: ({ arena, cells }, { metric }) =>
          new HistogramAccumulator(arena, cells, { metric, bins, scale }),
        writer: (home) =>
          cellWriter(
            home,
            (id, series) =>
              series?.kind === OVERFLOW
                ? new OverflowHistogram(home, scale, id, series)
                : new SingleWriterHistogram(home, scale, id, series),
          ),
      };
    }
    case "record": {
      const layout = layoutOf(definition.fields);
      const kernel = makeKernel(name, layout);
      const parts = { layout, kernel };
      // One class for all threads of this program, so that the engine knows it well.
      const Records = kernel.withUpdates(SingleWriterRecords);
      const LabelledRecords = kernel.withUpdates(SingleWriterLabelledRecords);
      return {
        bytes: (capacity) => recordSegmentParts(layout, capacity).bytes,
        cells: ({ arena, cells }, place) =>
          new RecordAccumulator(arena, cells, { ...place, ...parts }),
        writer: (home) => {
          const records = { ...home, ...parts };
          return home.index === undefined ? new Records(records) : new LabelledRecords(records);
        },
      };
    }
  }
}

/** The writer of a metric whose cells are objects: the one of the implicit bucket, or all of them by label. */
function cellWriter<Cell extends CellWriter>(
  home: WriterContext,
  make: (id: number, series?: Series) => Cell,
): unknown {
  return home.index === undefined
    ? make(0)
    : new LabelledWriter(home, (series) => make(series.id, series));
}

/** The reader of a metric's implicit bucket. */
function singleReader<Value>(reader: BucketReader<Value>): SingleReader<Value> {
  return {
    read: () => reader.read(0),
    perThread: () => reader.perThread(0),
    aggregate: <Result>(initial: Result, callback: Aggregator<Value, Result>) =>
      reader.aggregate(0, initial, callback),
    clear: () => reader.clear(0),
  };
}
