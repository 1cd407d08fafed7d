/**
 * A metric as one thread sees it: its buckets and labels, its reader, and what makes its writers.
 *
 * @module
 */
import { harden } from "../base/harden.ts";
import { inspectable } from "../base/inspectable.ts";
import { BucketTable } from "../buckets/bucket_table.ts";
import { LabelIndex } from "../buckets/label_index.ts";
import { LabelledBuckets } from "../buckets/labelled_buckets.ts";
import { LabelLog } from "../buckets/label_log.ts";
import type { Arena } from "../memory/arena.ts";
import { isUsed } from "../memory/first_use.ts";
import {
  longIndex,
  M_CLOCK_U64,
  M_EXEMPLARS,
  M_LOG_END,
  M_LOG_RING,
  M_OVERFLOWED_U64,
  M_USED,
  wordIndex,
} from "../memory/layout.ts";
import { MANY_SHIFT, SINGLE_SHIFT } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { CellColumn, CellPlace } from "../threads/cell_segments.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import { Walk } from "../threads/walk.ts";
import type { SharedParts } from "./accumulator.ts";
import { BucketReader } from "./bucket_reader.ts";
import type { CellParts } from "./cell_parts.ts";
import { exemplarSegmentBytes } from "./exemplars/exemplar_layout.ts";
import { ExemplarReader } from "./exemplars/exemplar_reader.ts";
import { typeOf, wordsOf } from "./inspectable_writers.ts";
import type { Kind } from "./kind.ts";
import { kindOf } from "./kinds.ts";
import type { SingleReader } from "./reader_types.ts";
import type { Aggregator } from "./series_values.ts";

/** Where a metric stands in the shared memory. */
export interface MetricPlace {
  /** The name of the metric. */
  name: string;
  /** The number of the metric. */
  metric: number;
  /** Byte offset of its control block. */
  control: number;
}

/** How a metric stands in the shared memory, for those who copy it. */
export interface MetricLayout extends CellPlace {
  /** Byte offset of its control block. */
  readonly control: number;
  /** Whether its buckets have labels. */
  readonly isLabelled: boolean;
  /** How many exemplars each thread keeps of a bucket, in the next column; 0 if there are none. */
  readonly exemplarPlaces: number;
  /** The parts of a thread's segment of `capacity` buckets. */
  parts(capacity: number): CellParts;
}

/** One metric as one thread sees it. */
export class Metric {
  /** The name of the metric. */
  readonly name: string;
  /** Its definition. */
  readonly definition: MetricDefinition;
  /** Reads and manages its buckets by their ids. */
  readonly buckets: BucketReader<unknown>;
  readonly #table: BucketTable;
  readonly #index: LabelIndex | undefined;
  readonly #labelled: LabelledBuckets | undefined;
  readonly #kind: Kind<unknown>;
  readonly #isSingle: boolean;
  readonly #cells: CellColumn;
  readonly #exemplars: CellColumn;
  readonly #control: number;
  readonly #arena: Arena;

  constructor(definition: MetricDefinition, place: MetricPlace, shared: SharedParts) {
    const { name, metric } = place;
    const labelled = definition.labels.length > 0;
    this.name = name;
    this.definition = definition;
    this.#kind = kindOf(definition);
    this.#isSingle = hasOneBucket(definition, this.#kind);
    this.#control = place.control;
    this.#arena = shared.arena;
    const shift = this.#isSingle ? SINGLE_SHIFT : MANY_SHIFT;
    const directory = wordIndex(place.control);
    const bytes = (capacity: number) => this.#kind.bytes(capacity);
    this.#cells = { column: columnOf(metric), shift, used: directory + M_USED, bytes };
    this.#exemplars = {
      column: columnOf(metric) + 1,
      shift,
      used: directory + M_EXEMPLARS,
      bytes: exemplarSegmentBytes,
    };
    const table = new BucketTable(shared.arena, { name, directory, shift, labelled });
    this.#table = table;
    if (labelled) {
      const { labels: names, maxSeries, maxLabelLength } = definition;
      const log = new LabelLog(table, {
        metric,
        ring: directory + M_LOG_RING,
        end: directory + M_LOG_END,
      });
      const index = new LabelIndex(table, log, names);
      this.#index = index;
      const options = { table, log, index, metric, maxSeries, maxLabelLength };
      this.#labelled = new LabelledBuckets(options);
    }
    this.buckets = new BucketReader({
      definition,
      table,
      index: this.#index,
      labelled: this.#labelled,
      slots: shared.slots,
      walk: () => new Walk(shared.arena, shared.cells),
      makeAccumulator: () => this.#kind.accumulator(shared, this.#cells),
      exemplars: this.#kind.exemplars === undefined
        ? undefined
        : new ExemplarReader(shared, this.#exemplars, this.#kind.exemplars),
      overflowed: longIndex(place.control) + M_OVERFLOWED_U64,
    });
  }

  /** The reader that users get. Any thread. */
  get reader(): BucketReader<unknown> | SingleReader<unknown> {
    if (!this.#isSingle) return harden(this.buckets);
    const reader = singleReader(this.buckets);
    inspectable(reader, {
      type: typeOf(this.definition.kind, "Reader"),
      metric: () => this.name,
      facts: (self) => ({ ...wordsOf(this.definition), value: this.#brief(self.read()) }),
    });
    return Object.freeze(reader);
  }

  /** Whether the metric was ever used: see `memory/first_use.ts`. Any thread. */
  get isUsed(): boolean {
    return isUsed(this.#arena, this.#cells.used);
  }

  /** Where it stands in the memory. Any thread. */
  get layout(): MetricLayout {
    const { column, shift } = this.#cells;
    return {
      ...{ column, shift, control: this.#control },
      isLabelled: this.definition.labels.length > 0,
      exemplarPlaces: this.#kind.exemplars ?? 0,
      parts: (capacity) => this.#kind.parts(capacity),
    };
  }

  /** Makes the writer that users get. Owner thread only, once in a tenure. */
  writer(thread: ThreadContext, isLocatedAtOnce: boolean): unknown {
    const control = longIndex(this.#control);
    const overflowed = control + M_OVERFLOWED_U64;
    const clock = control + M_CLOCK_U64;
    const context = {
      thread,
      kind: this.definition.kind,
      cells: this.#cells,
      exemplars: { cells: this.#exemplars, clock },
      table: this.#table,
      index: this.#index,
      labelled: this.#labelled,
      overflowed,
      isLocatedAtOnce,
    };
    return this.#kind.writer(context, clock);
  }

  #brief(value: unknown): unknown {
    return this.#kind.brief === undefined ? value : this.#kind.brief(value);
  }
}

/** Whether a metric has exactly one bucket, which exists from its definition on. */
export function hasOneBucket(
  definition: MetricDefinition,
  { hasImplicitBucket }: Kind<unknown> = kindOf(definition),
): boolean {
  return hasImplicitBucket && definition.labels.length === 0;
}

/** Number of the column with a metric's cells. The next one has its exemplars. */
export function columnOf(metric: number): number {
  return metric * 2;
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
