/**
 * Records, the writing side: when a bucket may be changed. The changes are made by the kernel.
 *
 * The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { LabelIndex } from "../../buckets/label_index.ts";
import type { LabelledBuckets } from "../../buckets/labelled_buckets.ts";
import type { BucketLife } from "../../buckets/label_trie.ts";
import { OVERFLOW } from "../../buckets/label_text.ts";
import { cannot, got } from "../../base/errors.ts";
import { harden } from "../../base/harden.ts";
import { needing } from "../../memory/arena.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFacts } from "../inspectable_writers.ts";
import type { ChangeableRecord } from "./changeable_record.ts";
import { isObject, isOfUnknown, reject, rejectFirst, rejectUnknown } from "./field_checks.ts";
import type {
  AnyBoundRecord,
  KernelLife,
  LabelledRecords,
  RecordHost,
  RecordKernel,
} from "./kernel_types.ts";
import type { Values } from "./record_loops.ts";
import { PublishedRecords, type PublisherClass } from "./published_records.ts";
import type { RecordWriterContext } from "./record_publisher.ts";
import { WAITING } from "./record_layout.ts";

/**
 * The records of one metric in one thread. Owner thread only. Users cannot reach it: they hold the
 * kernel's writer, which has it in a private field.
 */
export class SingleWriterRecords extends PublishedRecords<ChangeableRecord> implements RecordHost {
  get facts(): RecordFacts {
    const { index, thread } = this.context;
    return { isLabelled: index !== undefined, slot: thread.tenure.slot };
  }

  updateOddly(
    id: number,
    life: KernelLife | undefined,
    delta: unknown,
    values: Values,
  ): void {
    const { fields } = this.context.layout;
    const action = `update ${this.metric}`;
    if (!isObject(delta)) reject(action, "", "", delta);
    if (isOfUnknown(fields, delta, values)) rejectUnknown(action, fields, delta);
    rejectFirst(action, fields, values);
    this.updateSlowly(id, life, values);
  }

  updateSlowly(id: number, life: KernelLife | undefined, values: Values): void {
    const epoch = this.#epochFor(id, "update", life);
    const record = this.publishers[id]!;
    record.start(epoch);
    record.change(values);
    record.publish(epoch);
  }

  open(id: number, life?: KernelLife): ChangeableRecord {
    const epoch = this.#epochFor(id, "begin", life);
    const record = this.publishers[id]!;
    record.openBurst(epoch);
    return record;
  }

  /** The epoch in which a bucket may be changed; or throws. */
  #epochFor(id: number, verb: string, life?: KernelLife): number {
    const known = typeof id === "number" ? this.publishers[id] : undefined;
    const isReady = known !== undefined && known.isCurrent() &&
      (life === undefined || life.epoch === known.epoch);
    return isReady ? known.epoch : this.#prepare(id, verb, life);
  }

  /**
   * The epoch in which a bucket may be changed, for the first change, for the first one after a
   * clear, and for the first one after a burst that was not committed; or throws.
   */
  #prepare(id: number, verb: string, life?: KernelLife): number {
    const held = typeof id === "number" ? this.publishers[id]?.heldEpoch() ?? 0 : 0;
    if (held !== 0 && (life === undefined || life.epoch === held)) return held;
    const { table, thread, index } = this.context;
    const action = `${verb} ${table.name}`;
    thread.check(action);
    const epoch = table.liveEpoch(id, verb);
    if (life !== undefined) {
      // After the load of the epoch, so that it is an epoch of this life.
      if (!index!.isAlive(life.series)) {
        throw new RangeError(
          cannot(action, "the bucket must be live", got(`${id}, one that was destroyed`)),
        );
      }
      life.epoch = epoch;
    }
    const record = this.publishers[id] ?? this.#locateNeeding(action, id);
    record.rare = index?.describe(id)?.kind === OVERFLOW ? WAITING : 0;
    return epoch;
  }

  // Apart from `prepare`, which would otherwise allocate a context for the closure at each burst
  // that follows an open one.
  #locateNeeding(action: string, id: number): ChangeableRecord {
    return needing(action, () => this.publisher(id));
  }
}

/** The labelled records of one metric in one thread. Owner thread only; users cannot reach it. */
export class SingleWriterLabelledRecords extends SingleWriterRecords implements LabelledRecords {
  readonly #index: LabelIndex;
  readonly #labelled: LabelledBuckets;
  readonly #kernel: RecordKernel;
  /** By id: the writer of the latest life. */
  readonly #bound: ({ readonly life: number; readonly writer: AnyBoundRecord } | undefined)[] = [];

  constructor(
    context: RecordWriterContext,
    recordClass: () => PublisherClass<ChangeableRecord>,
    kernel: RecordKernel,
  ) {
    super(context, recordClass);
    this.#kernel = kernel;
    this.#index = context.index!;
    this.#labelled = context.labelled!;
  }

  labels(labels: LabelValues<string>): AnyBoundRecord {
    let series = this.#index.findCached(labels);
    const verb = "bind labels of";
    if (series === undefined || !this.#index.isAlive(series) || !this.isOwner()) {
      const action = `${verb} ${this.metric}`;
      this.context.thread.check(action);
      series = needing(action, () => this.#labelled.intern(labels, verb));
    }
    const known = this.#bound[series.id];
    if (known !== undefined && known.life === series.life) return known.writer;
    return this.#bind(series, verb);
  }

  #bind(series: BucketLife, verb: string): AnyBoundRecord {
    const { id } = series;
    const record = needing(`${verb} ${this.metric}`, () => this.publisher(id));
    const life = { id, series, records: this, record, epoch: 0 };
    const writer = harden(this.#kernel.boundWriter(life));
    this.#bound[series.id] = { life: series.life, writer };
    return writer;
  }
}
