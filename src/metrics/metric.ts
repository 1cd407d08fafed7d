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
import { HAS_IMPLICIT_BUCKET, kindOf } from "./kinds.ts";
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

/** What reads and writes a metric. */
interface MetricParts {
  readonly kind: Kind<unknown>;
  readonly cells: CellColumn;
  readonly exemplars: CellColumn;
  readonly table: BucketTable;
  /** With the next one: if the metric has labels. */
  readonly index: LabelIndex | undefined;
  readonly labelled: LabelledBuckets | undefined;
}

/**
 * One metric as one thread sees it.
 *
 * What reads and writes it is made at the first use. A program creates its statistics before it
 * does anything else, and each thread uses a part of the metrics.
 */
export class Metric {
  /** The name of the metric. */
  readonly name: string;
  /** Its definition. */
  readonly definition: MetricDefinition;
  readonly #place: MetricPlace;
  readonly #shared: SharedParts;
  #made: MetricParts | undefined = undefined;
  #buckets: BucketReader<unknown> | undefined = undefined;

  constructor(definition: MetricDefinition, place: MetricPlace, shared: SharedParts) {
    this.name = place.name;
    this.definition = definition;
    this.#place = place;
    this.#shared = shared;
  }

  /** Reads and manages its buckets by their ids. */
  get buckets(): BucketReader<unknown> {
    return this.#buckets ??= this.#makeBuckets();
  }

  /** The reader that users get. Any thread. */
  get reader(): BucketReader<unknown> | SingleReader<unknown> {
    if (!hasOneBucket(this.definition)) return harden(this.buckets);
    const reader = singleReader(() => this.buckets);
    inspectable(reader, {
      type: typeOf(this.definition.kind, "Reader"),
      metric: () => this.name,
      facts: (self) => ({ ...wordsOf(this.definition), value: this.#brief(self.read()) }),
    });
    return Object.freeze(reader);
  }

  /** Whether the metric was ever used: see `memory/first_use.ts`. Any thread. */
  get isUsed(): boolean {
    return isUsed(this.#shared.arena, wordIndex(this.#place.control) + M_USED);
  }

  /** Where it stands in the memory. Any thread. */
  get layout(): MetricLayout {
    const { kind, cells: { column, shift } } = this.#parts;
    return {
      ...{ column, shift, control: this.#place.control },
      isLabelled: this.definition.labels.length > 0,
      exemplarPlaces: kind.exemplars ?? 0,
      parts: (capacity) => kind.parts(capacity),
    };
  }

  /** Makes the writer that users get. Owner thread only, once in a tenure. */
  writer(thread: ThreadContext, isLocatedAtOnce: boolean): unknown {
    const { kind, cells, exemplars, table, index, labelled } = this.#parts;
    const control = longIndex(this.#place.control);
    const overflowed = control + M_OVERFLOWED_U64;
    const clock = control + M_CLOCK_U64;
    const context = {
      thread,
      kind: this.definition.kind,
      cells,
      exemplars: { cells: exemplars, clock },
      ...{ table, index, labelled, overflowed, isLocatedAtOnce },
    };
    return kind.writer(context, clock);
  }

  get #parts(): MetricParts {
    return this.#made ??= makeParts(this.definition, this.#place, this.#shared);
  }

  #makeBuckets(): BucketReader<unknown> {
    const { definition } = this;
    const shared = this.#shared;
    const parts = () => {
      const { kind, cells, exemplars, table, index, labelled } = this.#parts;
      return {
        ...{ table, index, labelled, slots: shared.slots },
        walk: () => new Walk(shared.arena, shared.cells),
        makeAccumulator: () => kind.accumulator(shared, cells),
        exemplars: kind.exemplars === undefined
          ? undefined
          : new ExemplarReader(shared, exemplars, kind.exemplars),
        overflowed: longIndex(this.#place.control) + M_OVERFLOWED_U64,
      };
    };
    return new BucketReader({ name: this.name, definition, parts });
  }

  #brief(value: unknown): unknown {
    const { kind } = this.#parts;
    return kind.brief === undefined ? value : kind.brief(value);
  }
}

function makeParts(
  definition: MetricDefinition,
  { name, metric, control }: MetricPlace,
  { arena }: SharedParts,
): MetricParts {
  const { labels, maxSeries, maxLabelLength } = definition;
  const isLabelled = labels.length > 0;
  const kind = kindOf(definition);
  const shift = hasOneBucket(definition) ? SINGLE_SHIFT : MANY_SHIFT;
  const directory = wordIndex(control);
  const bytes = (capacity: number) => kind.bytes(capacity);
  const cells = { column: columnOf(metric), shift, used: directory + M_USED, bytes };
  const exemplars = {
    column: columnOf(metric) + 1,
    shift,
    used: directory + M_EXEMPLARS,
    bytes: exemplarSegmentBytes,
  };
  const table = new BucketTable(arena, { name, directory, shift, labelled: isLabelled });
  const parts = { kind, cells, exemplars, table };
  if (!isLabelled) return { ...parts, index: undefined, labelled: undefined };
  const [ring, end] = [directory + M_LOG_RING, directory + M_LOG_END];
  const log = new LabelLog(table, { metric, ring, end });
  const index = new LabelIndex(table, log, labels);
  const options = { table, log, index, metric, maxSeries, maxLabelLength };
  return { ...parts, index, labelled: new LabelledBuckets(options) };
}

/** Whether a metric has exactly one bucket, which exists from its definition on. */
export function hasOneBucket({ kind, labels }: MetricDefinition): boolean {
  return labels.length === 0 && HAS_IMPLICIT_BUCKET[kind];
}

/** Number of the column with a metric's cells. The next one has its exemplars. */
export function columnOf(metric: number): number {
  return metric * 2;
}

/** The reader of a metric's implicit bucket. */
function singleReader<Value>(reader: () => BucketReader<Value>): SingleReader<Value> {
  return {
    read: () => reader().read(0),
    perThread: () => reader().perThread(0),
    aggregate: <Result>(initial: Result, callback: Aggregator<Value, Result>) =>
      reader().aggregate(0, initial, callback),
    clear: () => reader().clear(0),
  };
}
