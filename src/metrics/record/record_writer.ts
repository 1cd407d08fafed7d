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
import { inspectable } from "../../base/inspectable.ts";
import { needing } from "../../memory/arena.ts";
import type { LabelValues } from "../../schema/metric_options.ts";
import type { RecordFields } from "../../schema/record.ts";
import { showWriters } from "../inspectable_writers.ts";
import { RecordPublisher, type RecordWriterContext } from "./record_publisher.ts";
import { Burst, type BurstHost, type RecordBurst } from "./record_burst.ts";
import type { AnyFields, BucketLife, UpdateHost } from "./record_kernel.ts";
import type { LabelledRecordWriter, RecordBucketWriter, RecordWriter } from "../writer_types.ts";

/** A life of a labelled bucket, and the epoch of it in which its writer has last changed it. */
interface RecordLife extends BucketLife {
  readonly series: Series;
  epoch: number;
}

/** The records of one metric in one thread. Owner thread only. */
export class SingleWriterRecords extends RecordPublisher
  implements RecordWriter<RecordFields>, UpdateHost {
  declare private readonly burst: Burst;
  /** Made by the kernel. */
  declare update: (id: number, delta: AnyFields) => void;
  /** Made by the kernel. Like `update`, but only in one life of the bucket. */
  declare updateLife: (life: RecordLife, delta: AnyFields) => void;

  static {
    showWriters<SingleWriterRecords>(this.prototype, (records) => records.home);
  }

  constructor(home: RecordWriterContext) {
    super(home);
    // A class for each writer, so that the engine knows its accessors.
    this.burst = new (home.kernel.withFields(Burst))(home, this.burstHost());
  }

  /** The metric's name. */
  get metric(): string {
    return this.home.table.name;
  }

  begin(id: number): RecordBurst<RecordFields> {
    if (!this.isReady(id)) this.prepare(id, "begin");
    return this.open(id);
  }

  /** Like `begin`, but only in one life of the bucket. */
  beginLife(life: RecordLife): RecordBurst<RecordFields> {
    if (!this.isReadyIn(life)) this.prepare(life.id, "begin", life);
    return this.open(life.id);
  }

  private open(id: number): RecordBurst<RecordFields> {
    this.reach = 0;
    this.burst.$open(id, this);
    return this.burst as unknown as RecordBurst<RecordFields>;
  }

  /** Whether the bucket can be changed right now, and is in the given life. */
  isReadyIn({ id, epoch }: RecordLife): boolean {
    return this.isReady(id) && this.epochOf(id) === epoch;
  }

  /** The first touch, one after a clear, or one that must be refused. */
  prepare(id: number, verb: string, life?: RecordLife): void {
    const { table, thread, index } = this.home;
    const action = `${verb} ${table.name}`;
    thread.check(action);
    if (this.burst.$isOpen) {
      throw new TypeError(
        cannot(action, "no burst may be open", got(`an open one on bucket ${this.burst.id}`)),
      );
    }
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
    if (this.epochOf(id) !== epoch) needing(action, () => this.adopt(id, epoch));
    this.noteOverflow(id, index?.describe(id)?.kind === OVERFLOW);
    this.reach = this.room;
  }

  // Apart from `commit`, as V8 inlines so much and no more: what is left over takes and gives doubles that are allocated.
  private refuseCommit(id: number): void {
    this.adopt(id, this.epochOf(id));
    this.home.thread.check(`commit ${this.home.table.name}`);
  }

  /** What the burst may do with this writer. */
  private burstHost(): BurstHost {
    return {
      commit: (id) => {
        this.reach = this.room;
        // A thread may be revoked while its burst is open.
        if (!this.isOwner()) this.refuseCommit(id);
        this.publish(id);
      },
      discard: (id) => {
        this.reach = this.room;
        this.adopt(id, this.epochOf(id));
      },
    };
  }
}

/** One labelled record in one thread. Owner thread only. */
export class SingleWriterRecord implements RecordBucketWriter<RecordFields> {
  /** The bucket. */
  declare readonly id: number;
  declare private readonly life: RecordLife;
  declare private readonly records: SingleWriterRecords;

  static {
    inspectable<SingleWriterRecord>(this.prototype, {
      type: "RecordBucketWriter",
      metric: ({ records }) => records.metric,
      facts: ({ id, life }) => ({ id, labels: life.series.labels }),
    });
  }

  constructor(records: SingleWriterRecords, series: Series) {
    this.id = series.id;
    this.life = { id: series.id, series, epoch: 0 };
    this.records = records;
  }

  update(delta: AnyFields): void {
    this.records.updateLife(this.life, delta);
  }

  begin(): RecordBurst<RecordFields> {
    return this.records.beginLife(this.life);
  }

  /** Whether this writer is for the given life of its bucket. */
  isOf(series: Series): boolean {
    return this.life.series.life === series.life;
  }
}

/** The labelled records of one metric in one thread. Owner thread only. */
export class SingleWriterLabelledRecords extends SingleWriterRecords
  implements LabelledRecordWriter<RecordFields, string> {
  readonly #index: LabelIndex;
  readonly #records: (SingleWriterRecord | undefined)[] = [];

  constructor(home: RecordWriterContext) {
    super(home);
    this.#index = home.index!;
  }

  labels(labels: LabelValues<string>): SingleWriterRecord {
    let series = this.#index.peek(labels);
    if (series === undefined || !this.#index.isAlive(series) || !this.isOwner()) {
      this.home.thread.check(`bind labels of ${this.home.table.name}`);
      const verb = "bind labels of";
      series = needing(`${verb} ${this.home.table.name}`, () => this.#index.intern(labels, verb));
    }
    const known = this.#records[series.id];
    if (known !== undefined && known.isOf(series)) return known;
    return this.#records[series.id] = new SingleWriterRecord(this, series);
  }
}
