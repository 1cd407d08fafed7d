/**
 * Records, the writing side: `update` for one change, `begin` ... `commit` for a burst.
 *
 * The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { LabelIndex } from "../buckets/label_index.ts";
import type { Series } from "../buckets/label_tree.ts";
import { OVERFLOW } from "../buckets/label_text.ts";
import { cannot, got } from "../errors.ts";
import type { LabelValues } from "../schema/options.ts";
import type { RecordFields } from "../schema/record.ts";
import { EPOCH, EPOCH_INDEX, NOTES, type RecordHome, RecordPublisher } from "./record_publisher.ts";
import { Burst, type BurstHost, type RecordBurst } from "./record_burst.ts";
import type { AnyFields } from "./record_kernel.ts";
import type { LabelledRecordWriter, RecordBucketWriter, RecordWriter } from "./writers.ts";

/** A life of a labelled bucket, and the epoch of it in which its writer has last changed it. */
interface RecordLife {
  readonly series: Series;
  epoch: number;
}

/** The records of one metric in one thread. Owner thread only. */
export class OwnRecords extends RecordPublisher implements RecordWriter<RecordFields> {
  declare private readonly control: number;
  declare private readonly controlIndex: number;
  declare private readonly burst: Burst;

  constructor(home: RecordHome) {
    super(home);
    this.control = home.thread.tenure.control;
    this.controlIndex = home.thread.controlIndex;
    // A class for each writer, so that the engine knows its accessors.
    this.burst = new (home.kernel.withFields(Burst))(home, this.burstHost());
  }

  update(id: number, delta: AnyFields): void {
    if (!this.isReady(id)) this.prepare(id, "update");
    this.kernel.merge(this, id * this.fields, delta);
    this.publish(id);
  }

  begin(id: number): RecordBurst<RecordFields> {
    if (!this.isReady(id)) this.prepare(id, "begin");
    this.turn = (this.turn + 1) | 0;
    this.burst.$open(id, this);
    return this.burst as unknown as RecordBurst<RecordFields>;
  }

  /** Like `update`, but only in one life of the bucket. */
  updateLife(life: RecordLife, delta: AnyFields): void {
    const { id } = life.series;
    if (!this.isReady(id) || this.notes[id * NOTES + EPOCH] !== life.epoch) {
      this.prepare(id, "update", life);
    }
    this.kernel.merge(this, id * this.fields, delta);
    this.publish(id);
  }

  /** Like `begin`, but only in one life of the bucket. */
  beginLife(life: RecordLife): RecordBurst<RecordFields> {
    const { id } = life.series;
    if (!this.isReady(id) || this.notes[id * NOTES + EPOCH] !== life.epoch) {
      this.prepare(id, "begin", life);
    }
    this.turn = (this.turn + 1) | 0;
    this.burst.$open(id, this);
    return this.burst as unknown as RecordBurst<RecordFields>;
  }

  /** Whether the thread may write. */
  protected isOwner(): boolean {
    // Unordered; pairs with the changes in `SlotDirectory`. Without it a slot could have two writers.
    return this.words[this.controlIndex] === this.control;
  }

  /** Whether the bucket can be changed right now, and its private values are of its present epoch. */
  private isReady(id: number): boolean {
    if (!(typeof id === "number" && id < this.room && id >>> 0 === id)) return false;
    const { words, notes } = this;
    const at = id * NOTES;
    // Unordered; pairs with the advances in `BucketTable`. Without it a change made after a clear would be dropped.
    return words[notes[at + EPOCH_INDEX]] === notes[at + EPOCH] && this.isOwner() &&
      !this.burst.$isOpen;
  }

  /** The first touch, one after a clear, or one that must be refused. */
  private prepare(id: number, verb: string, life?: RecordLife): void {
    const { table, thread, index } = this.home;
    const what = `${verb} ${table.name}`;
    thread.check(what);
    if (this.burst.$isOpen) {
      throw new TypeError(
        cannot(what, "no burst may be open", got(`an open one on bucket ${this.burst.id}`)),
      );
    }
    const epoch = table.liveEpoch(id, verb);
    if (life !== undefined) {
      // After the epoch was read, so that it is an epoch of this life.
      if (!index!.isAlive(life.series)) {
        throw new RangeError(
          cannot(what, "the bucket must be live", got(`${id}, one that was destroyed`)),
        );
      }
      life.epoch = epoch;
    }
    if (id >= this.room || this.notes[id * NOTES + EPOCH] !== epoch) this.adopt(id, epoch);
    this.noteOverflow(id, index?.describe(id)?.kind === OVERFLOW);
  }

  /** What the burst may do with this writer. */
  private burstHost(): BurstHost {
    return {
      commit: (id) => {
        // Unordered; pairs with the changes in `SlotDirectory`: a thread may be revoked while its burst is open.
        if (this.words[this.controlIndex] !== this.control) {
          this.adopt(id, this.notes[id * NOTES + EPOCH]);
          this.home.thread.check(`commit ${this.home.table.name}`);
        }
        this.publish(id);
      },
      discard: (id) => {
        this.turn = (this.turn + 1) | 0;
        this.adopt(id, this.notes[id * NOTES + EPOCH]);
      },
    };
  }
}

/** One labelled record in one thread. Owner thread only. */
export class OwnRecord implements RecordBucketWriter<RecordFields> {
  /** The bucket. */
  declare readonly id: number;
  declare private readonly life: RecordLife;
  declare private readonly records: OwnRecords;

  constructor(records: OwnRecords, series: Series) {
    this.id = series.id;
    this.life = { series, epoch: 0 };
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
export class OwnLabelledRecords extends OwnRecords
  implements LabelledRecordWriter<RecordFields, string> {
  readonly #index: LabelIndex;
  readonly #records: (OwnRecord | undefined)[] = [];

  constructor(home: RecordHome) {
    super(home);
    this.#index = home.index!;
  }

  labels(labels: LabelValues<string>): OwnRecord {
    let series = this.#index.peek(labels);
    if (series === undefined || !this.#index.isAlive(series) || !this.isOwner()) {
      this.home.thread.check(`update ${this.home.table.name}`);
      series = this.#index.intern(labels, "update");
    }
    const known = this.#records[series.id];
    if (known !== undefined && known.isOf(series)) return known;
    return this.#records[series.id] = new OwnRecord(this, series);
  }
}
