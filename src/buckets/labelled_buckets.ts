/**
 * The labelled buckets of one metric: finds, creates and destroys them by their labels.
 *
 * Assumptions: those of `label_log.ts`.
 *
 * Guarantees: those of `label_log.ts`. At most `maxSeries` buckets live beside the overflow series.
 *
 * Progress: creation is lock-free: an attempt is repeated only because another thread has created
 * or destroyed a bucket. Finding is bounded, see `label_index.ts`.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import { LabelCheck } from "../schema/label_values.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { LabelIndex } from "./label_index.ts";
import { headIn, type LabelLog } from "./label_log.ts";
import {
  addressLabels,
  ANONYMOUS,
  freeLabels,
  type LabelKind,
  LABELLED,
  OVERFLOW,
  writeLabels,
} from "./label_text.ts";
import type { BucketLife } from "./label_trie.ts";
import { SeriesFilter } from "./series_filter.ts";

/** What labelled buckets need to know of their metric. */
export interface LabelledBucketsOptions {
  /** The buckets. */
  table: BucketTable;
  /** The order of their creations. */
  log: LabelLog;
  /** This thread's index of their labels. */
  index: LabelIndex;
  /** The metric's number. */
  metric: number;
  /** Maximum number of buckets, the overflow series excluded. */
  maxSeries: number;
  /** Maximum length of a value in UTF-16 code units; a longer one means the overflow series. */
  maxLabelLength: number;
}

/** Finds, creates and destroys the buckets of one metric. Any thread; each thread makes its own. */
export class LabelledBuckets {
  readonly #table: BucketTable;
  readonly #log: LabelLog;
  readonly #index: LabelIndex;
  readonly #arena: Arena;
  readonly #names: readonly string[];
  readonly #check: LabelCheck;
  readonly #metric: number;
  readonly #maxSeries: number;
  readonly #maxLabelLength: number;
  /** How often this thread has found no room since it last found some. */
  #refusals = 0;

  constructor(options: LabelledBucketsOptions) {
    this.#table = options.table;
    this.#log = options.log;
    this.#index = options.index;
    this.#arena = options.table.arena;
    this.#names = options.index.names;
    this.#check = new LabelCheck(this.#names);
    this.#metric = options.metric;
    this.#maxSeries = options.maxSeries;
    this.#maxLabelLength = options.maxLabelLength;
  }

  /**
   * The live bucket with these labels, if there is one: the overflow series when a value is too
   * long. Any thread.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   */
  find(labels: Readonly<Record<string, string>>, verb: string): BucketLife | undefined {
    return this.#findChecked(this.#check.takeAll(this.#action(verb), labels));
  }

  /**
   * The same for labels of which some may be missing: then a filter for the buckets that have the
   * given ones. Any thread.
   *
   * @throws {TypeError} When a label is not the metric's, or not a string.
   */
  select(
    given: Readonly<Record<string, string>>,
    verb: string,
  ): BucketLife | SeriesFilter | undefined {
    // Ids have one form, labels have many: what is neither is taken for a wrong id.
    if (typeof given !== "object" || given === null) this.#table.liveEpoch(given, verb);
    const { labels, isComplete } = this.#check.takeSome(this.#action(verb), given);
    return isComplete ? this.#findChecked(labels) : new SeriesFilter(this.#names, labels);
  }

  /**
   * A filter for the buckets that have the given labels: all of the metric's, or some. Any thread.
   *
   * @throws {TypeError} When a label is not the metric's, or not a string.
   */
  filter(given: Readonly<Record<string, string>>, verb: string): SeriesFilter {
    const { labels, isComplete } = this.#check.takeSome(this.#action(verb), given);
    const isOverflow = isComplete && this.#isTooLong(labels);
    return new SeriesFilter(this.#names, labels, isOverflow);
  }

  /**
   * The live bucket with these labels, created when there is none; the overflow series when there
   * is no room, or a value is too long. Any thread; lock-free.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   */
  intern(labels: Readonly<Record<string, string>>, verb: string): BucketLife {
    // `LabelIndex.findCached` does not find values that are not well-formed Unicode, so each lookup
    // of them comes here.
    const checked = this.#check.takeAll(this.#action(verb), labels);
    const isTooLong = this.#isTooLong(checked);
    for (;;) {
      // Another thread may make room between the two calls: then both return nothing.
      const life = (isTooLong ? undefined : this.#create(LABELLED, checked)) ??
        this.#create(OVERFLOW, NO_LABELS, isTooLong);
      if (life !== undefined) return life;
    }
  }

  /**
   * Creates a bucket without labels, and returns its id. Any thread; lock-free.
   *
   * @throws {RangeError} When the metric has `maxSeries` buckets, or the arena is full.
   */
  createAnonymous(): number {
    const made = this.#create(ANONYMOUS, NO_LABELS);
    if (made !== undefined) return made.id;
    throw new RangeError(
      cannot(
        `create a bucket of ${this.#table.name}`,
        `at most ${this.#maxSeries} (maxSeries)`,
        got("one more"),
      ),
    );
  }

  /**
   * Ends a life of bucket `id`, the given one or the present one, and frees its labels. Any thread.
   *
   * @returns False when the given life was over already.
   * @throws {RangeError} When no life was given and the bucket is not live.
   */
  destroy(id: number, life?: BucketLife): boolean {
    for (;;) {
      const epoch = life === undefined
        ? this.#table.liveEpoch(id, "destroy")
        : this.#index.epochOf(life);
      if (epoch === undefined) return false;
      // Read after that epoch and before it is advanced: so it is the head of the life that ends.
      const head = headIn(this.#log.labelWord(id));
      if (!this.#table.end(id, epoch)) continue;
      freeLabels(this.#arena, head);
      return true;
    }
  }

  /**
   * Creates a bucket, or returns the one with these labels that another thread has created.
   * `undefined` when there is no room. For the overflow series `undefined` when there is room,
   * which makes it needless unless `isNeeded`.
   */
  #create(
    kind: LabelKind,
    labels: Readonly<Record<string, string>>,
    isNeeded = false,
  ): BucketLife | undefined {
    let head = 0;
    let hasRepaired = false;
    try {
      for (;;) {
        const position = this.#index.catchUp();
        const known = this.#index.findLive(kind, labels);
        if (known !== undefined) return known;
        const id = this.#table.findFree();
        if (kind === OVERFLOW) {
          if (!isNeeded && this.#hasRoom(id)) return undefined;
        } else if (this.#hasRoom(id)) {
          this.#refusals = 0;
        } else {
          // Once in each call: with `maxSeries` 1 every refusal would repair.
          if (hasRepaired || !this.#repair()) return undefined;
          hasRepaired = true;
          continue;
        }
        const epoch = this.#table.epoch(id);
        if ((epoch & 1) === 1) continue;
        if (head === 0) {
          // The end of the log must be seen again while the head is ours. At the position seen
          // above there may be an entry of an earlier life of this head by now; if the head were
          // addressed to that position, other threads would finish a creation that was never
          // appended.
          const values = kind === LABELLED ? this.#names.map((name) => labels[name]) : [];
          head = writeLabels(this.#arena, kind, values);
          continue;
        }
        const stamp = (position + 1) | 0;
        addressLabels(this.#arena, head, { metric: this.#metric, id, epoch, stamp });
        if (!this.#log.append(position, head)) continue;
        const appended = head;
        head = 0; // It belongs to the bucket now, even if this thread is killed.
        this.#log.finish(position, appended);
        if (kind === ANONYMOUS) return this.#index.makeLife(id, epoch + 1, { kind, values: [] });
      }
    } catch (error) {
      // Another thread may have used the last memory to create a bucket for these very labels.
      if (!(error instanceof RangeError) || kind === ANONYMOUS) throw error;
      this.#index.catchUp();
      const known = this.#index.findLive(kind, labels);
      if (known === undefined) throw error;
      return known;
    } finally {
      if (head !== 0) freeLabels(this.#arena, head);
    }
  }

  /**
   * Whether one more bucket may live beside the overflow series, with `id` as the smallest free id.
   * Of the ids from 0 to `maxSeries`, one is for the overflow series, whichever it has. So one of
   * them must remain that is free or the overflow series' own.
   */
  #hasRoom(id: number): boolean {
    const most = this.#maxSeries;
    const overflow = this.#index.findLive(OVERFLOW, NO_LABELS);
    if (overflow !== undefined && overflow.id <= most) return id <= most;
    return id < most && this.#table.isFreeWithin(id + 1, most);
  }

  /**
   * Finds free ids that a killed thread has hidden. Does so in one of `maxSeries` refusals only, as
   * it costs as many looks at epochs.
   */
  #repair(): boolean {
    if (this.#refusals++ % this.#maxSeries !== 0) return false;
    this.#table.repair(this.#maxSeries);
    return true;
  }

  #findChecked(labels: Readonly<Record<string, string>>): BucketLife | undefined {
    const kind = this.#isTooLong(labels) ? OVERFLOW : LABELLED;
    const known = this.#index.findLive(kind, labels);
    if (known !== undefined) return known;
    // The log's end lags by at most one entry: a thread that appends has noted all entries before
    // its own.
    this.#index.catchUp((this.#log.end + 1) | 0);
    return this.#index.findLive(kind, labels);
  }

  #action(verb: string): string {
    return `${verb} ${this.#table.name}`;
  }

  /** Whether a value is too long: then the labels mean the overflow series. */
  #isTooLong(labels: Readonly<Record<string, string>>): boolean {
    return this.#names.some((name) => labels[name].length > this.#maxLabelLength);
  }
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
