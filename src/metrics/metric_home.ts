/**
 * A metric as one thread holds it: its buckets, labels and cells, and the makers of its readers and writers. The one
 * place that knows which kinds of metrics there are.
 *
 * @module
 */
import { BucketTable } from "../buckets/bucket_table.ts";
import { LabelIndex } from "../buckets/label_index.ts";
import { LabelLog } from "../buckets/label_log.ts";
import type { Arena } from "../memory/arena.ts";
import { longIndex, M_LOG_END, M_OVERFLOWED_LONG, wordIndex } from "../memory/layout.ts";
import { MANY_SHIFT, SINGLE_SHIFT } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { CellSegments, CellShape } from "../threads/cell_segments.ts";
import type { SlotDirectory } from "../threads/slot_directory.ts";
import type { ThreadHome } from "../threads/thread_home.ts";
import { type Aggregator, BucketReader } from "./bucket_reader.ts";
import type { Cells } from "./cells.ts";
import { CounterCells } from "./counter_cells.ts";
import { counterSegmentParts } from "./counter_layout.ts";
import { OwnCounter, OwnLabelledCounter } from "./own_counter.ts";
import { OwnLabelledRecords, OwnRecords } from "./own_records.ts";
import { RecordCells } from "./record_cells.ts";
import { makeKernel } from "./record_kernel.ts";
import { layoutOf, recordSegmentParts } from "./record_layout.ts";
import type { SingleReader } from "./readers.ts";

/** Whether a metric has one implicit bucket. Records get theirs from `create()`. */
export function isSingle(definition: MetricDefinition): boolean {
  return definition.kind === "counter" && definition.labels.length === 0;
}

/** What a thread's cells of a metric need. */
export function shapeOf(definition: MetricDefinition): CellShape {
  const shift = isSingle(definition) ? SINGLE_SHIFT : MANY_SHIFT;
  if (definition.kind === "counter") {
    return {
      shift,
      bytes: (capacity) => counterSegmentParts(capacity).bytes,
    };
  }
  const layout = layoutOf(definition.fields);
  return { shift, bytes: (capacity) => recordSegmentParts(layout, capacity).bytes };
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

/** One metric, as one thread holds it. */
export class MetricHome {
  /** Reads and manages its buckets. */
  readonly reader: BucketReader<unknown> | SingleReader<unknown>;
  readonly #definition: MetricDefinition;
  readonly #table: BucketTable;
  readonly #index: LabelIndex | undefined;
  readonly #metric: number;
  readonly #overflowed: number;
  readonly #kernel: ReturnType<typeof recordParts> | undefined;

  constructor(
    definition: MetricDefinition,
    place: MetricPlace,
    shared: { arena: Arena; slots: SlotDirectory; cells: CellSegments },
  ) {
    const { arena, slots, cells } = shared;
    const { name, metric } = place;
    const labelled = definition.labels.length > 0;
    const { shift } = shapeOf(definition);
    this.#definition = definition;
    this.#metric = metric;
    this.#overflowed = longIndex(place.control) + M_OVERFLOWED_LONG;
    const table = new BucketTable(arena, {
      name,
      directory: wordIndex(place.control),
      shift,
      labelled,
    });
    this.#table = table;
    if (labelled) {
      const log = new LabelLog(table, {
        metric,
        ring: longIndex(place.log),
        end: wordIndex(place.control) + M_LOG_END,
      });
      this.#index = new LabelIndex(table, log, {
        metric,
        names: definition.labels,
        maxSeries: definition.maxSeries,
      });
    }
    let totals: Cells<unknown>;
    if (definition.kind === "counter") {
      totals = new CounterCells(arena, cells, metric, shift);
    } else {
      this.#kernel = recordParts(name, definition);
      totals = new RecordCells(arena, cells, { metric, ...this.#kernel });
    }
    const reader = new BucketReader({
      table,
      index: this.#index,
      slots,
      cells: totals,
      overflowed: this.#overflowed,
    });
    this.reader = isSingle(definition) ? singleReader(reader) : reader;
  }

  /** Makes the implicit bucket of a metric that has one. Once, by the thread that makes the memory. */
  initialize(): void {
    if (isSingle(this.#definition)) this.#table.create();
  }

  /** Makes a thread's writer. Owner thread only. */
  writer(thread: ThreadHome): unknown {
    const home = {
      thread,
      metric: this.#metric,
      table: this.#table,
      index: this.#index,
      overflowed: this.#overflowed,
    };
    if (this.#kernel !== undefined) {
      const record = { ...home, ...this.#kernel };
      return this.#index === undefined ? new OwnRecords(record) : new OwnLabelledRecords(record);
    }
    return this.#index === undefined ? new OwnCounter(home, 0) : new OwnLabelledCounter(home);
  }
}

function recordParts(name: string, definition: MetricDefinition & { kind: "record" }) {
  const layout = layoutOf(definition.fields);
  return { layout, kernel: makeKernel(name, layout) };
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
