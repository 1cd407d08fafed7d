/**
 * Which bucket has which labels: each thread's private answer, kept up to date from the label log; and the creation and
 * destruction of labelled buckets.
 *
 * Assumptions: those of `label_log.ts`. Freed label blocks are written by others while we read them.
 *
 * Guarantees: what is learnt is true: a text is believed only if the bucket lived after the text was read, and had the same label word
 * even after that. A known series is asked for its life (its epoch, or its label word) before it is used. There is at most one entry for
 * each id, so the index is as large as the most buckets alive at once.
 *
 * Progress: a hit touches private memory and the epoch word only. Creation is lock-free: it is begun again only because another
 * thread has created or destroyed a bucket. Finding is bounded: by what was in the log when it began, and by the ids in use.
 *
 * @module
 */
import { shorten } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import { damaged } from "../memory/header.ts";
import { L_ID } from "../memory/layout.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { LabelLog } from "./label_log.ts";
import {
  addressLabels,
  ANONYMOUS,
  freeLabels,
  type LabelKind,
  LABELLED,
  OVERFLOW,
  OVERFLOW_LABELS,
  readLabels,
  writeLabels,
} from "./label_text.ts";
import { LabelTrie, type Series } from "./label_trie.ts";
import { StringPool } from "./string_pool.ts";

/** What an index needs to know of its metric. */
export interface LabelIndexOptions {
  /** The metric's number. */
  metric: number;
  /** Names of the labels, at least one. */
  names: readonly string[];
  /** The most buckets, without the overflow series. */
  maxSeries: number;
}

/** The labels of one metric's buckets, as one thread knows them. */
export class LabelIndex {
  readonly #names: readonly string[];
  readonly #arena: Arena;
  readonly #table: BucketTable;
  readonly #log: LabelLog;
  readonly #metric: number;
  readonly #maxSeries: number;
  readonly #tree: LabelTrie;
  readonly #byId: (Series | undefined)[] = [];
  readonly #words = new StringPool();
  /** The log was read up to here; `undefined` before the first look. */
  #position: number | undefined = undefined;
  #overflow: Series | undefined = undefined;
  /** How often there was no room since this thread last found some. */
  #refusals = 0;

  constructor(table: BucketTable, log: LabelLog, options: LabelIndexOptions) {
    this.#names = options.names;
    this.#tree = new LabelTrie(options.names);
    this.#arena = table.arena;
    this.#table = table;
    this.#log = log;
    this.#metric = options.metric;
    this.#maxSeries = options.maxSeries;
  }

  /** What this thread knows about these labels without looking at shared memory: perhaps a life that is over. */
  peek(labels: Readonly<Record<string, string>>): Series | undefined {
    if (typeof labels !== "object" || labels === null) return undefined;
    // First what is known, so that nobody's memory is walked.
    const known = this.#tree.find(labels);
    if (known === undefined) return undefined;
    let given = 0;
    for (const _ in labels) given++;
    return given === this.#names.length ? known : undefined;
  }

  /**
   * The live bucket with these labels, if there is one. Any thread.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   */
  find(labels: Readonly<Record<string, string>>, verb: string): Series | undefined {
    const exact = this.#exactly(labels, verb);
    const known = this.#findLive(exact);
    if (known !== undefined) return known;
    // Whoever appends has noted all entries before its own: so there is at most one beyond those that are noted.
    this.#catchUp((this.#log.end + 1) | 0);
    return this.#findLive(exact);
  }

  /**
   * The live bucket with these labels, made when there is none; the overflow series when there is no room. Any thread.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   */
  intern(labels: Readonly<Record<string, string>>, verb: string): Series {
    const exact = this.#exactly(labels, verb);
    for (;;) {
      // Another thread may make room between the two.
      const series = this.#create(LABELLED, exact) ?? this.#create(OVERFLOW, NONE);
      if (series !== undefined) return series;
    }
  }

  /**
   * Makes a bucket without labels. Any thread.
   *
   * @throws {RangeError} When the metric has `maxSeries` buckets, or the arena is full.
   */
  createAnonymous(): number {
    const made = this.#create(ANONYMOUS, NONE);
    if (made !== undefined) return made.id;
    throw new RangeError(
      cannot(
        `create a bucket of ${this.#table.name}`,
        `at most ${this.#maxSeries} (maxSeries)`,
        got("one more"),
      ),
    );
  }

  /** Whether this life of the bucket goes on. Any thread. */
  isAlive(series: Series): boolean {
    return this.#isIn(series, this.#table.epoch(series.id));
  }

  /** The epoch in which this life of a bucket is; `undefined` when it is over. Any thread. */
  epochOf(series: Series): number | undefined {
    const epoch = this.#table.epoch(series.id);
    return this.#isIn(series, epoch) ? epoch : undefined;
  }

  /** The life that bucket `id` is in, with its labels; `undefined` when it does not live. Any thread. */
  describe(id: number): Series | undefined {
    return this.#learn(id);
  }

  /** Whether bucket `id` is still in the life to which `epoch` belongs, a life that this thread knows. Any thread. */
  isIn(id: number, epoch: number): boolean {
    const known = this.#byId[id];
    return known !== undefined && ((epoch - known.life) | 0) >= 0 && this.isAlive(known);
  }

  /** The life of bucket `id` to which `epoch` belongs, with its labels; `undefined` when that is over. Any thread. */
  at(id: number, epoch: number): Series | undefined {
    const known = this.#byId[id];
    if (known !== undefined && known.epoch === epoch) return known;
    const learnt = this.#learn(id);
    return learnt !== undefined && this.#isIn(learnt, epoch) ? learnt : undefined;
  }

  /**
   * Ends the life of a bucket and recycles its label block: the given life, or whichever it is in. Any thread.
   *
   * @returns False when the given life is over.
   * @throws {RangeError} When no life was given and the bucket does not live.
   */
  destroy(id: number, series?: Series): boolean {
    for (;;) {
      const epoch = series === undefined
        ? this.#table.liveEpoch(id, "destroy")
        : this.epochOf(series);
      if (epoch === undefined) return false;
      // Read before the epoch is advanced from the value seen above: so the block is of the life that ends here.
      const { block } = this.#word(id);
      if (!this.#table.end(id, epoch)) continue;
      freeLabels(this.#arena, block);
      return true;
    }
  }

  /** Makes a bucket, or finds the one that somebody else has made. `undefined`: there is no room, or for the overflow series there is. */
  #create(kind: LabelKind, labels: Readonly<Record<string, string>>): Series | undefined {
    let block = 0;
    let hasRepaired = false;
    try {
      for (;;) {
        const position = this.#catchUp();
        const known = this.#known(kind, labels);
        if (known !== undefined) return known;
        const id = this.#table.findFree();
        if (!this.#hasRoom(kind, id)) {
          // Once in each call: with `maxSeries` 1 every refusal is one that looks for hidden ids.
          if (kind === OVERFLOW || hasRepaired || !this.#repair()) return undefined;
          hasRepaired = true;
          continue;
        }
        const epoch = this.#table.epoch(id);
        if ((epoch & 1) === 1) continue;
        if (block === 0) {
          // The end of the log must be seen once more while the block is ours: at the position seen above there may stand an earlier
          // life of this very block by now, and addressed to this position, it would be finished though it was never appended.
          const values = kind === LABELLED ? this.#names.map((name) => labels[name]) : [];
          block = writeLabels(this.#arena, kind, values);
          continue;
        }
        const stamp = (position + 1) | 0;
        addressLabels(this.#arena, block, { metric: this.#metric, id, epoch, stamp });
        if (!this.#log.append(position, block)) continue;
        const appended = block;
        block = 0; // It is the bucket's now, whatever happens to us.
        this.#log.finish(position, appended);
        if (kind === ANONYMOUS) return this.#seriesOf(id, epoch + 1, { kind, values: [] });
      }
    } finally {
      if (block !== 0) freeLabels(this.#arena, block);
    }
  }

  #known(kind: LabelKind, labels: Readonly<Record<string, string>>): Series | undefined {
    if (kind === LABELLED) return this.#findLive(labels);
    if (kind === ANONYMOUS || this.#overflow === undefined) return undefined;
    return this.isAlive(this.#overflow) ? this.#overflow : undefined;
  }

  /** The overflow series stands beyond the ids of the others: below it would take the room of one for good. */
  #hasRoom(kind: LabelKind, id: number): boolean {
    const isBelow = id < this.#maxSeries;
    if (isBelow && kind !== OVERFLOW) this.#refusals = 0;
    return isBelow !== (kind === OVERFLOW);
  }

  /** Looks for hidden ids, once in as many refusals as that costs looks. */
  #repair(): boolean {
    if (this.#refusals++ % this.#maxSeries !== 0) return false;
    this.#table.repair(this.#maxSeries);
    return true;
  }

  #findLive(labels: Readonly<Record<string, string>>): Series | undefined {
    const series = this.#tree.find(labels);
    return series !== undefined && this.isAlive(series) ? series : undefined;
  }

  /**
   * Reads the log to its end, and returns the position of the end; or only up to `limit`, as a reader need not see what is made while it
   * reads.
   */
  #catchUp(limit?: number): number {
    let position = this.#position ?? this.#rebuild();
    for (;;) {
      const block = this.#log.entry(position);
      if (block === "end") break;
      if (block === "lost") {
        const next = this.#rebuild();
        // Whoever has overwritten the entry had noted all before its own, so the log goes further than this.
        if (next === position) throw damaged("a log");
        position = next;
        // What lived when the reader came is known now.
        if (limit !== undefined) break;
      } else {
        // Not before the entry was looked at: who is 2^31 entries behind would seem to be beyond the limit.
        if (limit !== undefined && ((limit - position) | 0) <= 0) break;
        this.#log.finish(position, block);
        // The block may be another bucket's by now: then that one is learnt.
        this.#learn(Atomics.load(this.#arena.views(block * 8 + 64).i32, block * 2 + L_ID));
        position++;
      }
    }
    return this.#position = position;
  }

  /** Learns all live buckets, and returns a position up to which that makes the log superfluous. */
  #rebuild(): number {
    // All entries before this position were finished when it was noted.
    const position = this.#log.end;
    for (const id of this.#table.ids()) this.#learn(id);
    return position;
  }

  /** Notes the life that bucket `id` is in; `undefined` when it has died meanwhile: the log will tell of its next life. */
  #learn(id: number): Series | undefined {
    if ((this.#table.epoch(id) & 1) === 0) return undefined;
    const known = this.#byId[id];
    const { life, block } = this.#word(id);
    if (known?.life === life) return known;
    const text = readLabels(this.#arena, block, this.#names.length);
    // The epoch before the word, as the word changes first: if the bucket lives now and has the word still, it had it all the time.
    const isAlive = (this.#table.confirmEpoch(id) & 1) === 1;
    const again = this.#word(id);
    if (text === undefined || !isAlive || again.life !== life || again.block !== block) {
      return undefined;
    }
    if (known?.kind === LABELLED) this.#tree.remove(known);
    const series = this.#seriesOf(id, life, text);
    this.#byId[id] = series;
    if (series.kind === OVERFLOW) this.#overflow = series;
    if (series.kind === LABELLED) this.#tree.insert(series);
    return series;
  }

  /** Whether `epoch`, read before, belongs to the life of a series. */
  #isIn(series: Series, epoch: number): boolean {
    if (epoch === series.epoch) return true;
    if (((epoch - series.life) | 0) < 0) return false;
    if ((epoch & 1) === 0 || this.#word(series.id).life !== series.life) return false;
    if (((epoch - series.epoch) | 0) > 0) series.epoch = epoch;
    return true;
  }

  #seriesOf(
    id: number,
    life: number,
    { kind, values: read }: { kind: number; values: readonly string[] },
  ): Series {
    const values = read.map((value) => this.#words.share(value));
    const labels = kind === OVERFLOW
      ? OVERFLOW_LABELS
      : Object.freeze(Object.fromEntries(values.map((value, n) => [this.#names[n], value])));
    return { id, life, values, kind: kind as LabelKind, labels, epoch: life };
  }

  #word(id: number): { life: number; block: number } {
    const word = this.#log.labelWord(id);
    return { life: Number(word >> 32n), block: Number(word & 0xffffffffn) };
  }

  /**
   * A copy of the labels, checked, and in well-formed Unicode: a getter gives one value only; and
   * values that were cut in the middle of a character are one series to those who read the memory,
   * as they are to those who read it as UTF-8. `peek` does not find them, so each lookup of them
   * comes here.
   */
  #exactly(labels: Readonly<Record<string, string>>, verb: string): Record<string, string> {
    const action = `${verb} ${this.#table.name}`;
    const required = `the labels must be ${this.#names.join(", ")}`;
    // A view of memory has too many properties to look at.
    if (typeof labels !== "object" || labels === null || ArrayBuffer.isView(labels)) {
      throw new TypeError(cannot(action, required, labels));
    }
    for (const name of Object.keys(labels)) {
      if (!this.#names.includes(name)) {
        throw new TypeError(cannot(action, required, got(`the unknown label ${shorten(name)}`)));
      }
    }
    const exact: Record<string, string> = {};
    for (const name of this.#names) {
      const value: unknown = labels[name];
      if (value === undefined) throw new TypeError(cannot(action, required, got(`no ${name}`)));
      if (typeof value !== "string") {
        throw new TypeError(cannot(action, `the label ${name} must be a string`, value));
      }
      exact[name] = value.toWellFormed();
    }
    return exact;
  }
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});
