/**
 * A metric as one thread holds it: its buckets and labels, and the makers of its readers and writers. The one place that knows
 * which kinds of metrics there are.
 *
 * @module
 */
import { BucketTable } from "../buckets/bucket_table.ts";
import { inspectable } from "../base/inspectable.ts";
import { LabelIndex } from "../buckets/label_index.ts";
import { LabelLog } from "../buckets/label_log.ts";
import { harden } from "../base/harden.ts";
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
import { Walk } from "../threads/walk.ts";
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
import { CellWriter, type WriterContext } from "./cell_writer.ts";
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
import type { RecordKernel } from "./record/record_host.ts";
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
  const { bytes } = kindOf(definition);
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
    this.#kind = kindOf(definition);
    const directory = wordIndex(place.control);
    const table = new BucketTable(shared.arena, { name, directory, shift, labelled });
    this.#table = table;
    if (labelled) {
      const { labels: names, maxSeries, maxLabelLength } = definition;
      const log = new LabelLog(table, {
        metric,
        ring: longIndex(place.log),
        end: directory + M_LOG_END,
      });
      this.#index = new LabelIndex(table, log, { metric, names, maxSeries, maxLabelLength });
    }
    this.buckets = new BucketReader({
      definition,
      table,
      index: this.#index,
      slots: shared.slots,
      walk: () => new Walk(shared.arena, shared.cells),
      makeCells: () => this.#kind.cells(shared, { metric, shift }),
      overflowed: longIndex(place.control) + M_OVERFLOWED_U64,
    });
  }

  /** What users read the metric with. */
  get reader(): BucketReader<unknown> | SingleReader<unknown> {
    if (!isSingle(this.definition)) return harden(this.buckets);
    const reader = singleReader(this.buckets);
    inspectable(reader, {
      type: typeOf(this.definition.kind, "Reader"),
      metric: () => this.name,
      facts: (self) => ({ ...wordsOf(this.definition), value: briefly(self.read()) }),
    });
    return Object.freeze(reader);
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

function kindOf(definition: MetricDefinition): Kind {
  switch (definition.kind) {
    case "counter":
      return {
        bytes: (capacity) => counterSegmentParts(capacity).bytes,
        cells: ({ arena, cells }, { metric, shift }) =>
          new CounterAccumulator(arena, cells, metric, shift),
        writer: (home) =>
          cellWriter(
            home,
            (cell) => cell.isOverflow ? new OverflowCounter(cell) : new SingleWriterCounter(cell),
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
            return cellWriter(home, (cell) => new SingleWriterLatestGauge(cell, values));
          },
        };
      }
      return {
        bytes: (capacity) => gaugeSegmentParts(capacity).bytes,
        cells: (shared, place) => new GaugeAccumulator(shared, { ...place, aggregate }),
        writer: (home) =>
          cellWriter(
            home,
            (cell) => cell.isOverflow ? new OverflowGauge(cell) : new SingleWriterGauge(cell),
          ),
      };
    }
    case "histogram": {
      const { bins } = definition;
      const scale = scaleOf(bins);
      return {
        bytes: histogramSegmentBytes,
        cells: ({ arena, cells }, place) =>
          new HistogramAccumulator(arena, cells, { ...place, bins, scale }),
        writer: (home) =>
          cellWriter(
            home,
            (cell) =>
              cell.isOverflow
                ? new OverflowHistogram(cell, scale)
                : new SingleWriterHistogram(cell, scale),
          ),
      };
    }
    case "record": {
      const layout = layoutOf(definition.fields);
      // When it is first needed: who asks for the size has no use for it.
      const kernel = once(() => makeKernel(layout));
      return {
        bytes: (capacity) => recordSegmentParts(layout, capacity).bytes,
        cells: ({ arena, cells }, place) =>
          new RecordAccumulator(arena, cells, { ...place, layout, kernel: kernel() }),
        writer: (home) => {
          const records = { ...home, layout, kernel: kernel() };
          const { Records, LabelledRecords } = classesOf(kernel());
          return home.index === undefined
            ? harden(kernel().writer(new Records(records)))
            : harden(kernel().labelledWriter(new LabelledRecords(records)));
        },
      };
    }
  }
}

/** The classes of a kernel: one for all who use it, so that the engine knows them well. */
const classes = new WeakMap<RecordKernel, ReturnType<typeof makeClasses>>();

function classesOf(kernel: RecordKernel): ReturnType<typeof makeClasses> {
  const made = classes.get(kernel) ?? makeClasses(kernel);
  classes.set(kernel, made);
  return made;
}

function makeClasses(kernel: RecordKernel) {
  return {
    Records: kernel.withChanges(SingleWriterRecords),
    LabelledRecords: kernel.withChanges(SingleWriterLabelledRecords),
  };
}

/** What `make` gives, made when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The writer of a metric whose cells are objects: the one of the implicit bucket, or all of them by label. */
function cellWriter<Writer extends object>(
  home: WriterContext,
  make: (cell: CellWriter) => Writer,
): Writer | LabelledWriter<Writer> {
  const made = (cell: CellWriter) => harden(make(cell));
  return home.index === undefined
    ? made(new CellWriter(home, 0))
    : harden(new LabelledWriter(home, made));
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
