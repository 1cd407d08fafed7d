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
import {
  longIndex,
  M_CLOCK_U64,
  M_LOG_END,
  M_OVERFLOWED_U64,
  wordIndex,
} from "../memory/layout.ts";
import { MANY_SHIFT, SINGLE_SHIFT } from "../memory/segments.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { CellShape } from "../threads/cell_segments.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import { Walk } from "../threads/walk.ts";
import type { SharedParts } from "./accumulator.ts";
import { BucketReader } from "./bucket_reader.ts";
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
  /** Byte offset of its label log, if it has labels. */
  log: number;
}

/** The size of a thread's cells of a metric. */
export function shapeOf(definition: MetricDefinition): CellShape {
  const kind = kindOf(definition);
  return { shift: shiftOf(isSingle(definition, kind)), bytes: kind.bytes };
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
  readonly #place: MetricPlace;

  constructor(definition: MetricDefinition, place: MetricPlace, shared: SharedParts) {
    const { name, metric } = place;
    const labelled = definition.labels.length > 0;
    this.name = name;
    this.definition = definition;
    this.#place = place;
    this.#kind = kindOf(definition);
    this.#isSingle = isSingle(definition, this.#kind);
    const shift = shiftOf(this.#isSingle);
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
      makeAccumulator: () => this.#kind.accumulator(shared, { metric, shift }),
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

  /**
   * Makes the implicit bucket, if the metric has one. Only the thread that makes the memory, once.
   */
  initialize(): void {
    if (this.#isSingle) this.#table.create();
  }

  /** Makes the writer that users get. Owner thread only. */
  writer(thread: ThreadContext): unknown {
    const control = longIndex(this.#place.control);
    const overflowed = control + M_OVERFLOWED_U64;
    const { metric } = this.#place;
    const { kind } = this.definition;
    const [table, index, labelled] = [this.#table, this.#index, this.#labelled];
    const context = { thread, kind, metric, table, index, labelled, overflowed };
    return this.#kind.writer(context, control + M_CLOCK_U64);
  }

  #brief(value: unknown): unknown {
    return this.#kind.brief === undefined ? value : this.#kind.brief(value);
  }
}

/** Whether a metric has exactly one bucket. */
function isSingle({ labels }: MetricDefinition, { hasImplicitBucket }: Kind<unknown>): boolean {
  return hasImplicitBucket && labels.length === 0;
}

function shiftOf(isSingle: boolean): number {
  return isSingle ? SINGLE_SHIFT : MANY_SHIFT;
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
