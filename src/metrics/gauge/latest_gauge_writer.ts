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
import type { Series } from "../../buckets/label_trie.ts";
import { needing } from "../../memory/arena.ts";
import { sum } from "../../schema/fields.ts";
import type { WriterContext } from "../cell_writer.ts";
import { ADD, GaugeCell, SET, SUBTRACT } from "./gauge_writer.ts";
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
export const LATEST_KERNEL = makeKernel("a gauge", LATEST_LAYOUT);

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
    this.values[id * this.fields + LATEST_VALUE] = 0;
    this.values[id * this.fields + LATEST_TENURE] = this.home.thread.tenure.control;
    this.noteOverflow(id, isOverflow);
  }

  get(id: number): number {
    return this.values[id * this.fields + LATEST_VALUE];
  }

  set(id: number, value: number): void {
    const base = id * this.fields;
    this.values[base + LATEST_VALUE] = value;
    // SeqCst: the order of these additions is the order of the values.
    this.values[base + LATEST_STAMP] = 1 +
      Number(Atomics.add(this.home.thread.arena.views().u64, this.#clock, 1n));
    this.publish(id);
  }
}

/** One such gauge in one thread. Owner thread only. */
export class SingleWriterLatestGauge extends GaugeCell {
  readonly #values: LatestValues;
  readonly #isOverflow: boolean;

  constructor(
    home: WriterContext,
    values: LatestValues,
    options: { id: number; series?: Series; isOverflow: boolean },
  ) {
    // There is no tag outside the record.
    super(home, options.id, {
      words: home.thread.arena.views().i32,
      tag: -1,
      series: options.series,
    });
    this.#values = values;
    this.#isOverflow = options.isOverflow;
  }

  set(value: number): void {
    this.#prepare(value, SET);
    this.#values.set(this.id, value);
  }

  add(n = 1): void {
    this.#prepare(n, ADD);
    this.#values.set(this.id, this.#values.get(this.id) + n);
  }

  sub(n = 1): void {
    this.#prepare(n, SUBTRACT);
    this.#values.set(this.id, this.#values.get(this.id) - n);
  }

  protected override takeBack(): void {
    this.#values.set(this.id, this.#values.get(this.id) - 1);
  }

  #prepare(value: number, verb: string): void {
    this.assertValue(value, verb);
    if (this.isCurrent()) return;
    const epoch = this.nextEpoch(verb);
    const action = `${verb} ${this.home.table.name}`;
    needing(action, () => this.#values.start(this.id, epoch, this.#isOverflow));
    this.epoch = epoch;
  }
}
