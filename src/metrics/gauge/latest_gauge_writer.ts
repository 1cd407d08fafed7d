/**
 * Gauges of which the value that was set last counts, the writing side: a record of value, stamp and tenure.
 *
 * The stamp comes from a clock of the metric: a shared number that every `set` advances by one atomic addition. So it is monotonic
 * across threads, agrees with every order that the program can see, and two values never have the same one. It costs
 * what a shared counter costs, 10-50 ns: what is set millions of times a second should be another kind of gauge.
 *
 * The protocol is in `record_publisher.ts`, so that a value never comes with another's stamp.
 *
 * @module
 */
import { needing } from "../../memory/arena.ts";
import { sum } from "../../schema/fields.ts";
import type { CellWriter, WriterContext } from "../cell_writer.ts";
import { ADD, assertGauge, GaugeCell, SET, SUBTRACT } from "./gauge_writer.ts";
import { makeKernel } from "../record/record_kernel.ts";
import { layoutOf } from "../record/record_layout.ts";
import { RecordPublisher, type RecordWriterContext } from "../record/record_publisher.ts";

// Words of the record.
export const LATEST_VALUE = 0;
export const LATEST_STAMP = 1;
export const LATEST_TENURE = 2;

/** Where value, stamp and tenure stand. */
export const LATEST_LAYOUT = layoutOf({ value: sum(), stamp: sum(), tenure: sum() });

/** The inner loops for them. */
export const LATEST_KERNEL = makeKernel(LATEST_LAYOUT);

/** The gauges of one (thread, metric). Owner thread only. */
export class LatestValues extends RecordPublisher {
  readonly #clock: number;

  /** `clock` is the index of the metric's clock in `u64`. */
  constructor(home: WriterContext, clock: number) {
    super({ ...home, layout: LATEST_LAYOUT, kernel: LATEST_KERNEL } satisfies RecordWriterContext);
    this.#clock = clock;
  }

  /** Begins an epoch of a bucket, or a tenure: from 0. */
  start(id: number, epoch: number, isOverflow: boolean): void {
    this.adopt(id, epoch);
    this.values[id * this.stride + LATEST_VALUE] = 0;
    this.values[id * this.stride + LATEST_TENURE] = this.home.thread.tenure.control;
    this.noteOverflow(id, isOverflow);
  }

  get(id: number): number {
    return this.values[id * this.stride + LATEST_VALUE];
  }

  set(id: number, value: number): void {
    const base = id * this.stride;
    this.values[base + LATEST_VALUE] = value;
    // SeqCst: the order of these additions is the order of the values.
    this.values[base + LATEST_STAMP] = 1 +
      Number(Atomics.add(this.home.thread.arena.views().u64, this.#clock, 1n));
    this.publish(id);
  }
}

/** One such gauge in one thread. Owner thread only. */
export class SingleWriterLatestGauge extends GaugeCell {
  readonly #own: CellWriter;
  readonly #values: LatestValues;

  constructor(own: CellWriter, values: LatestValues) {
    super(own, () => values.set(own.id, values.get(own.id) - 1));
    this.#own = own;
    this.#values = values;
  }

  set(value: number): void {
    this.#prepare(value, SET);
    this.#values.set(this.#own.id, value);
  }

  add(n = 1): void {
    this.#prepare(n, ADD);
    this.#values.set(this.#own.id, this.#values.get(this.#own.id) + n);
  }

  sub(n = 1): void {
    this.#prepare(n, SUBTRACT);
    this.#values.set(this.#own.id, this.#values.get(this.#own.id) - n);
  }

  #prepare(value: number, verb: string): void {
    const own = this.#own;
    assertGauge(own, value, verb);
    if (own.isCurrent()) return;
    const epoch = own.nextEpoch(verb);
    const action = `${verb} ${own.home.table.name}`;
    needing(action, () => this.#values.start(own.id, epoch, own.isOverflow));
    own.epoch = epoch;
  }
}
