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
import { inspectable } from "../../base/inspectable.ts";
import { needing } from "../../memory/arena.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields } from "../../schema/record.ts";
import type {
  AnyFields,
  ChangeableRecords,
  KernelLife,
  LabelledRecords,
  RecordHost,
} from "./kernel_types.ts";
import type { RecordFacts } from "../inspectable_writers.ts";
import { RecordPublisher, type RecordWriterContext } from "./record_publisher.ts";
import type { RecordBurst } from "../burst_types.ts";
import type { RecordBucketWriter } from "../writer_types.ts";

/** A life of a labelled bucket, and the epoch in which its writer has last changed it. */
interface RecordLife extends KernelLife {
  readonly series: BucketLife;
  epoch: number;
}

/**
 * The records of one metric in one thread. Owner thread only. Users cannot reach it: they hold the
 * kernel's writer, which has it in a private field.
 */
export class SingleWriterRecords extends RecordPublisher implements RecordHost {
  get facts(): RecordFacts {
    const { index, thread } = this.context;
    return { isLabelled: index !== undefined, slot: thread.tenure.slot };
  }

  /** Whether the bucket can be changed without `prepare`, and is in the given life. */
  isReadyIn({ id, epoch }: RecordLife): boolean {
    return this.isReady(id) && this.epochOf(id) === epoch;
  }

  /**
   * Makes a bucket ready for the first change, for the first one after a clear, and for the first
   * one after a burst that was not committed; or throws. Discards the open burst.
   */
  prepare(id: number, verb: string, life?: RecordLife): void {
    const held = this.heldEpoch(id);
    if (held !== 0 && (life === undefined || life.epoch === held)) {
      this.loadCommitted(id, held);
      return;
    }
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
    if (this.epochOf(id) !== epoch) this.#loadNeeding(action, id, epoch);
    this.noteOverflow(id, index?.describe(id)?.kind === OVERFLOW);
  }

  // Apart from `prepare`, which would otherwise allocate a context for the closure at each burst
  // that follows an open one.
  #loadNeeding(action: string, id: number, epoch: number): void {
    needing(action, () => this.loadCommitted(id, epoch));
  }
}

/** One labelled record in one thread. Owner thread only. */
export class SingleWriterRecord implements RecordBucketWriter<RecordFields> {
  readonly #records: ChangeableRecords;
  readonly #life: RecordLife;

  static {
    inspectable<SingleWriterRecord>(this.prototype, {
      type: "RecordBucketWriter",
      metric: (writer) => writer.#records.metric,
      facts: (writer) => ({ id: writer.id, labels: writer.#life.series.labels }),
    });
  }

  constructor(records: ChangeableRecords, life: RecordLife) {
    this.#records = records;
    this.#life = life;
  }

  /** The id of the bucket. */
  get id(): number {
    return this.#life.id;
  }

  update(delta: AnyFields): void {
    this.#records.updateLife(this.#life, delta);
  }

  begin(): RecordBurst<RecordFields> {
    return this.#records.beginLife(this.#life) as RecordBurst<RecordFields>;
  }
}

/** The labelled records of one metric in one thread. Owner thread only; users cannot reach it. */
export class SingleWriterLabelledRecords extends SingleWriterRecords implements LabelledRecords {
  readonly #index: LabelIndex;
  readonly #labelled: LabelledBuckets;
  // Defined by `RecordKernel.withChanges`.
  declare updateLife: ChangeableRecords["updateLife"];
  declare beginLife: ChangeableRecords["beginLife"];
  /** By id: the writer of the latest life. */
  readonly #bound: ({ readonly life: number; readonly writer: SingleWriterRecord } | undefined)[] =
    [];

  constructor(context: RecordWriterContext) {
    super(context);
    this.#index = context.index!;
    this.#labelled = context.labelled!;
  }

  labels(labels: LabelValues<string>): SingleWriterRecord {
    let series = this.#index.findCached(labels);
    if (series === undefined || !this.#index.isAlive(series) || !this.isOwner()) {
      const verb = "bind labels of";
      const action = `${verb} ${this.metric}`;
      this.context.thread.check(action);
      series = needing(action, () => this.#labelled.intern(labels, verb));
    }
    const known = this.#bound[series.id];
    if (known !== undefined && known.life === series.life) return known.writer;
    const writer = harden(new SingleWriterRecord(this, { id: series.id, series, epoch: 0 }));
    this.#bound[series.id] = { life: series.life, writer };
    return writer;
  }
}
