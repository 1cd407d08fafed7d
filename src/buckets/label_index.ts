/**
 * The label index: one thread's private map from labels to buckets, kept up to date from the label
 * log.
 *
 * Assumptions: those of `label_log.ts`. Other threads may free and overwrite a label head while
 * this thread reads it.
 *
 * Guarantees: what the index learns is true. It accepts a text only if the bucket still lived after
 * the text was read, and still had the same label word after that. Before it returns a known life
 * as live, it compares the bucket's epoch, or its label word. It has at most one entry for each id,
 * so its size is bounded by the largest number of buckets alive at one time.
 *
 * Progress: a lookup of known labels reads private memory and the epoch word only. Catching up is
 * bounded by the entries that were in the log when it began, and by the number of used ids.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { damaged } from "../memory/damage.ts";
import { L_ID, LINE } from "../memory/layout.ts";
import type { BucketTable } from "./bucket_table.ts";
import { headIn, type LabelLog, lifeIn } from "./label_log.ts";
import {
  ANONYMOUS,
  type LabelKind,
  LABELLED,
  OVERFLOW,
  OVERFLOW_LABELS,
  readLabels,
} from "./label_text.ts";
import { type BucketLife, LabelTrie } from "./label_trie.ts";
import { StringPool } from "./string_pool.ts";

/** The labels of one metric's buckets, as one thread knows them. Each thread makes its own. */
export class LabelIndex {
  /** Names of the labels, in the order of the schema. */
  readonly names: readonly string[];
  readonly #arena: Arena;
  readonly #table: BucketTable;
  readonly #log: LabelLog;
  readonly #trie: LabelTrie;
  readonly #byId: (BucketLife | undefined)[] = [];
  readonly #values = new StringPool();
  /** The log was read up to this position; `undefined` before the first time. */
  #position: number | undefined = undefined;
  #overflow: BucketLife | undefined = undefined;

  constructor(table: BucketTable, log: LabelLog, names: readonly string[]) {
    this.names = names;
    this.#trie = new LabelTrie(names);
    this.#arena = table.arena;
    this.#table = table;
    this.#log = log;
  }

  /**
   * The life with these labels that this thread knows of, perhaps one that is over. Reads private
   * memory only; labels that are not exactly the metric's are not found.
   */
  findCached(labels: Readonly<Record<string, string>>): BucketLife | undefined {
    if (typeof labels !== "object" || labels === null) return undefined;
    // The trie comes first, so that the properties of unknown objects are not enumerated.
    const known = this.#trie.find(labels);
    if (known === undefined) return undefined;
    let given = 0;
    for (const _ in labels) given++;
    return given === this.names.length ? known : undefined;
  }

  /** Like `findCached`, for labels that were checked, and only a life that still goes on. */
  findLive(kind: LabelKind, labels: Readonly<Record<string, string>>): BucketLife | undefined {
    if (kind === ANONYMOUS) return undefined;
    const known = kind === OVERFLOW ? this.#overflow : this.#trie.find(labels);
    return known !== undefined && this.isAlive(known) ? known : undefined;
  }

  /** Whether this life of its bucket goes on. */
  isAlive(life: BucketLife): boolean {
    return this.#isIn(life, this.#table.epoch(life.id));
  }

  /** The bucket's present epoch; `undefined` when this life is over. */
  epochOf(life: BucketLife): number | undefined {
    const epoch = this.#table.epoch(life.id);
    return this.#isIn(life, epoch) ? epoch : undefined;
  }

  /** The present life of bucket `id`, with its labels; `undefined` when the bucket is not live. */
  describe(id: number): BucketLife | undefined {
    return this.#learn(id);
  }

  /**
   * Whether bucket `id` is still in the life to which `epoch` belongs, if this thread knows that
   * life.
   */
  isIn(id: number, epoch: number): boolean {
    const known = this.#byId[id];
    return known !== undefined && ((epoch - known.life) | 0) >= 0 && this.isAlive(known);
  }

  /**
   * The life of bucket `id` to which `epoch` belongs, with its labels; `undefined` when it is over.
   */
  at(id: number, epoch: number): BucketLife | undefined {
    const known = this.#byId[id];
    if (known !== undefined && known.epoch === epoch) return known;
    const learnt = this.#learn(id);
    return learnt !== undefined && this.#isIn(learnt, epoch) ? learnt : undefined;
  }

  /** Forgets everything. The next call that catches up reads the live buckets again. */
  forget(): void {
    this.#trie.clear();
    this.#byId.length = 0;
    this.#overflow = undefined;
    this.#position = undefined;
  }

  /**
   * Reads the log to its end, or up to position `limit`, and returns the position reached. Finishes
   * every creation that it meets.
   */
  catchUp(limit?: number): number {
    let position = this.#position ?? this.#rebuild();
    for (;;) {
      const head = this.#log.entry(position);
      if (head === "end") break;
      if (head === "lost") {
        const next = this.#rebuild();
        // The thread that overwrote the entry had read the log to its end, so the log must go on.
        if (next === position) throw damaged("a log that leads nowhere");
        position = next;
        // A search needs only the buckets that lived when it began: all of them are known now.
        if (limit !== undefined) break;
      } else {
        // After the entry was read: a thread that is 2^31 entries behind would seem to be beyond
        // the limit.
        if (limit !== undefined && ((limit - position) | 0) <= 0) break;
        this.#log.finish(position, head);
        // If the head belongs to another bucket by now, this learns about that bucket.
        this.#learn(Atomics.load(this.#arena.views(head * 8 + LINE).i32, head * 2 + L_ID));
        position++;
      }
    }
    return this.#position = position;
  }

  /** The end of the log, for a later {@linkcode isQuietSince}. */
  get end(): number {
    return this.#log.end;
  }

  /** Whether nobody has appended a creation to the log since its end was at `end`. */
  isQuietSince(end: number): boolean {
    // The end lags behind: if something was appended already when `end` was loaded, it stands there.
    return this.#log.end === end && this.#log.entry(end) === "end";
  }

  /** Describes a life that begins with epoch `life`. */
  makeLife(
    id: number,
    life: number,
    { kind, values: read }: { kind: LabelKind; values: readonly string[] },
  ): BucketLife {
    const values = read.map((value) => this.#values.share(value));
    const labels = kind === OVERFLOW
      ? OVERFLOW_LABELS
      : Object.freeze(Object.fromEntries(values.map((value, n) => [this.names[n], value])));
    const bytes = values.reduce((sum, { length }) => sum + length * 2, values.length * 4);
    return { id, life, values, kind, labels, bytes, epoch: life };
  }

  /** Learns all live buckets, and returns the position from which the log must be read on. */
  #rebuild(): number {
    // Before the buckets are read: all entries before this position are finished.
    const position = this.#log.end;
    for (const id of this.#table.ids()) this.#learn(id);
    return position;
  }

  /**
   * Learns the present life of bucket `id`. `undefined` when the bucket is not live, or died while
   * it was read: the log has an entry for its next life.
   */
  #learn(id: number): BucketLife | undefined {
    if ((this.#table.epoch(id) & 1) === 0) return undefined;
    const known = this.#byId[id];
    const word = this.#log.labelWord(id);
    const life = lifeIn(word);
    if (known?.life === life) return known;
    const text = readLabels(this.#arena, headIn(word), this.names.length);
    // The label word changes before the epoch does. So if the bucket lives now, and afterwards
    // still has the same word, it had that word while the text was read.
    const isAlive = (this.#table.confirmEpoch(id) & 1) === 1;
    const again = this.#log.labelWord(id);
    if (text === undefined || !isAlive || again !== word) return undefined;
    if (known?.kind === LABELLED) this.#trie.remove(known);
    const learnt = this.makeLife(id, life, text);
    this.#byId[id] = learnt;
    if (learnt.kind === OVERFLOW) this.#overflow = learnt;
    if (learnt.kind === LABELLED) this.#trie.insert(learnt);
    return learnt;
  }

  /** Whether `epoch`, loaded from the bucket just before, belongs to this life. */
  #isIn(known: BucketLife, epoch: number): boolean {
    if (epoch === known.epoch) return true;
    if (((epoch - known.life) | 0) < 0) return false;
    if ((epoch & 1) === 0 || lifeIn(this.#log.labelWord(known.id)) !== known.life) return false;
    if (((epoch - known.epoch) | 0) > 0) known.epoch = epoch;
    return true;
  }
}
