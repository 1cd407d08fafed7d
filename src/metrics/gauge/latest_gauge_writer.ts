/**
 * Gauges whose latest value counts, the writing side: a record of value, stamp and tenure.
 *
 * The stamp comes from the metric's clock: a shared number that every update advances by one atomic
 * addition. So stamps are monotonic across threads, agree with every order that the program can
 * observe, and are unique. The addition takes 10-50 ns, as with any contended counter. Use another
 * `aggregate` for a gauge that is set millions of times per second.
 *
 * The protocol is in `record_publisher.ts`, so that a reader never sees the stamp of another value.
 *
 * @module
 */
import { needing } from "../../memory/arena.ts";
import type { CellWriter, WriterContext } from "../cell_writer.ts";
import { PublishedRecords } from "../record/published_records.ts";
import { WAITING } from "../record/record_layout.ts";
import { RecordPublisher, type RecordWriterContext } from "../record/record_publisher.ts";
import { ADD, assertGauge, BaseGauge, SET, SUBTRACT } from "./gauge_writer.ts";
import {
  LATEST_KERNEL,
  LATEST_LAYOUT,
  LATEST_STAMP,
  LATEST_TENURE,
  LATEST_VALUE,
} from "./latest_gauge_layout.ts";

// Copies in this module: V8 loads, checks and converts an imported constant at each use.
const VALUE = LATEST_VALUE;
const STAMP = LATEST_STAMP;
const TENURE = LATEST_TENURE;

/** One gauge in one thread, as a record. */
interface LatestValue {
  readonly publisher: RecordPublisher;
  /** The epoch that the value belongs to. */
  epoch: number;
  value: number;
}

/** All gauges of one (thread, metric). Owner thread only. */
export class LatestValues extends PublishedRecords<RecordPublisher> {
  readonly #clock: number;
  /** By the ids of the buckets. */
  readonly #latest: (LatestValue | undefined)[] = [];

  /** `clock` is the index of the metric's clock in `u64`. */
  constructor(context: WriterContext, clock: number) {
    const recordContext: RecordWriterContext = {
      ...context,
      layout: LATEST_LAYOUT,
      kernel: LATEST_KERNEL,
    };
    super(recordContext, () => RecordPublisher);
    this.#clock = clock;
  }

  /** Begins an epoch of a bucket, or a tenure, with the value 0. */
  start(id: number, epoch: number, isOverflow: boolean): void {
    const publisher = this.publisher(id);
    publisher.rare = isOverflow ? WAITING : 0;
    const known = this.#latest[id] ??= { publisher, epoch, value: 0 };
    known.epoch = epoch;
    known.value = 0;
  }

  /** This thread's value. */
  get(id: number): number {
    return this.#latest[id]!.value;
  }

  /** Sets this thread's value with a new stamp, and publishes both. */
  set(id: number, value: number): void {
    const latest = this.#latest[id]!;
    const { publisher } = latest;
    const { values } = publisher;
    latest.value = value;
    values[VALUE] = value;
    // SeqCst; pairs with itself in other threads: the order of these additions is the order of the
    // values.
    values[STAMP] = 1 +
      Number(Atomics.add(this.context.thread.arena.views().u64, this.#clock, 1n));
    values[TENURE] = publisher.control;
    publisher.publish(latest.epoch);
  }
}

/** One gauge in one thread whose latest value counts. Owner thread only. */
export class SingleWriterLatestGauge extends BaseGauge {
  readonly #cellWriter: CellWriter;
  readonly #values: LatestValues;

  constructor(cellWriter: CellWriter, values: LatestValues) {
    super(cellWriter, () => values.set(cellWriter.id, values.get(cellWriter.id) - 1));
    this.#cellWriter = cellWriter;
    this.#values = values;
  }

  set(value: number): void {
    this.#prepare(value, SET);
    this.#values.set(this.#cellWriter.id, value);
  }

  add(n = 1): void {
    this.#prepare(n, ADD);
    this.#values.set(this.#cellWriter.id, this.#values.get(this.#cellWriter.id) + n);
  }

  sub(n = 1): void {
    this.#prepare(n, SUBTRACT);
    this.#values.set(this.#cellWriter.id, this.#values.get(this.#cellWriter.id) - n);
  }

  #prepare(value: number, verb: string): void {
    const cellWriter = this.#cellWriter;
    assertGauge(cellWriter, value, verb);
    if (cellWriter.isCurrent()) return;
    const epoch = cellWriter.nextEpoch(verb);
    const action = `${verb} ${cellWriter.context.table.name}`;
    needing(action, () => this.#values.start(cellWriter.id, epoch, cellWriter.isOverflow));
    cellWriter.epoch = epoch;
  }
}
