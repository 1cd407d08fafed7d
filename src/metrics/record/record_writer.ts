/**
 * Records, the writing side: `update` for one change, `begin` ... `commit` for a burst.
 *
 * The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { LabelIndex } from "../../buckets/label_index.ts";
import type { Series } from "../../buckets/label_trie.ts";
import { OVERFLOW } from "../../buckets/label_text.ts";
import { cannot, got } from "../../base/errors.ts";
import { harden } from "../../base/harden.ts";
import { inspectable } from "../../base/inspectable.ts";
import { needing } from "../../memory/arena.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields } from "../../schema/record.ts";
import type { RecordBurst } from "./record_burst.ts";
import type {
  AnyFields,
  BucketLife,
  ChangeableRecords,
  LabelledRecords,
  RecordHost,
} from "./record_host.ts";
import type { RecordFacts } from "../inspectable_writers.ts";
import { RecordPublisher, type RecordWriterContext } from "./record_publisher.ts";
import type { RecordBucketWriter } from "../writer_types.ts";

/** A life of a labelled bucket, and the epoch of it in which its writer has last changed it. */
interface RecordLife extends BucketLife {
  readonly series: Series;
  epoch: number;
}

/** The records of one metric in one thread. Owner thread only; not in the hands of users, who have the kernel's `Writer` of it. */
export class SingleWriterRecords extends RecordPublisher implements RecordHost {
  get facts(): RecordFacts {
    const { index, thread } = this.home;
    return { isLabelled: index !== undefined, slot: thread.tenure.slot };
  }

  /** Whether the bucket can be changed right now, and is in the given life. */
  isReadyIn({ id, epoch }: RecordLife): boolean {
    return this.isReady(id) && this.epochOf(id) === epoch;
  }

  /** The first touch, one after a clear or a burst that was not committed, or one that must be refused. Discards the open burst. */
  prepare(id: number, verb: string, life?: RecordLife): void {
    const held = this.heldEpoch(id);
    if (held !== 0 && (life === undefined || life.epoch === held)) {
      this.adopt(id, held);
      return;
    }
    const { table, thread, index } = this.home;
    const action = `${verb} ${table.name}`;
    thread.check(action);
    const epoch = table.liveEpoch(id, verb);
    if (life !== undefined) {
      // After the epoch was read, so that it is an epoch of this life.
      if (!index!.isAlive(life.series)) {
        throw new RangeError(
          cannot(action, "the bucket must be live", got(`${id}, one that was destroyed`)),
        );
      }
      life.epoch = epoch;
    }
    if (this.epochOf(id) !== epoch) this.#adoptNeeding(action, id, epoch);
    this.noteOverflow(id, index?.describe(id)?.kind === OVERFLOW);
  }

  // Apart from `prepare`, which would allocate a context for the closure at each burst that follows an open one.
  #adoptNeeding(action: string, id: number, epoch: number): void {
    needing(action, () => this.adopt(id, epoch));
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

  /** The bucket. */
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

/** The labelled records of one metric in one thread. Owner thread only; not in the hands of users. */
export class SingleWriterLabelledRecords extends SingleWriterRecords implements LabelledRecords {
  readonly #index: LabelIndex;
  // Made by the kernel.
  declare updateLife: ChangeableRecords["updateLife"];
  declare beginLife: ChangeableRecords["beginLife"];
  /** By id: the writer of the latest life. */
  readonly #bound: ({ readonly life: number; readonly writer: SingleWriterRecord } | undefined)[] =
    [];

  constructor(home: RecordWriterContext) {
    super(home);
    this.#index = home.index!;
  }

  labels(labels: LabelValues<string>): SingleWriterRecord {
    let series = this.#index.peek(labels);
    if (series === undefined || !this.#index.isAlive(series) || !this.isOwner()) {
      const verb = "bind labels of";
      const action = `${verb} ${this.metric}`;
      this.home.thread.check(action);
      series = needing(action, () => this.#index.intern(labels, verb));
    }
    const known = this.#bound[series.id];
    if (known !== undefined && known.life === series.life) return known.writer;
    const writer = harden(new SingleWriterRecord(this, { id: series.id, series, epoch: 0 }));
    this.#bound[series.id] = { life: series.life, writer };
    return writer;
  }
}
