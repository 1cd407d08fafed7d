/**
 * Which bucket has which labels: each thread's private answer, kept up to date from the label log.
 *
 * A hit touches private memory only. A miss reads the log to its end; when the labels are not there either, they get a bucket.
 * There is at most one entry for each id, so the index is as large as the most buckets alive at once.
 *
 * @module
 */
import { cannot, got } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
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

/** One life of a labelled bucket. */
export interface Series {
  /** The bucket. */
  readonly id: number;
  /** The epoch with which this life began: id and life name it for ever. */
  readonly life: number;
  /** The labels' values in the order of the schema; none for buckets without labels. */
  readonly values: readonly string[];
  /** With labels, without, or the overflow series. */
  readonly kind: LabelKind;
  /** The labels as an object, for everybody who asks. */
  readonly labels: Readonly<Record<string, string>>;
  /** An epoch of this life, the latest that was seen: epochs never come back, so while this is the bucket's, it is in this life. */
  epoch: number;
}

/**
 * One level of labels: by its value, the next level, or at once the one series that has this value. So a label of many
 * values costs one entry a series, not one map.
 */
type Node = Map<string, Node | Series>;

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
  /** Names of the labels. */
  readonly names: readonly string[];
  readonly #arena: Arena;
  readonly #table: BucketTable;
  readonly #log: LabelLog;
  readonly #metric: number;
  readonly #maxSeries: number;
  readonly #root: Node = new Map();
  readonly #byId: (Series | undefined)[] = [];
  /** The log was read up to here; `undefined` before the first look. */
  #position: number | undefined = undefined;
  #overflow: Series | undefined = undefined;
  /** Whether this thread has looked for hidden ids since it last found room. */
  #repaired = false;

  constructor(table: BucketTable, log: LabelLog, options: LabelIndexOptions) {
    this.names = options.names;
    this.#arena = table.arena;
    this.#table = table;
    this.#log = log;
    this.#metric = options.metric;
    this.#maxSeries = options.maxSeries;
  }

  /** What this thread knows about these labels without looking at shared memory: perhaps a life that is over. */
  peek(labels: Readonly<Record<string, string>>): Series | undefined {
    if (typeof labels !== "object" || labels === null) return undefined;
    let given = 0;
    for (const _ in labels) given++;
    if (given !== this.names.length) return undefined;
    const { names } = this;
    let node = this.#root;
    for (let n = 0; n < names.length; n++) {
      const next = node.get(labels[names[n]]);
      if (next === undefined) return undefined;
      if (next instanceof Map) {
        node = next;
        continue;
      }
      while (++n < names.length) if (next.values[n] !== labels[names[n]]) return undefined;
      return next;
    }
    return undefined;
  }

  /**
   * The live bucket with these labels, if there is one. Any thread.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   */
  find(labels: Readonly<Record<string, string>>, verb: string): Series | undefined {
    const values = this.#values(labels, verb);
    const known = this.peek(labels);
    if (known !== undefined && this.isAlive(known)) return known;
    this.#catchUp();
    return this.#findLive(values);
  }

  /**
   * The live bucket with these labels, made when there is none; the overflow series when there is no room. Any thread.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   * @throws {RangeError} When the arena is full.
   */
  intern(labels: Readonly<Record<string, string>>, verb: string): Series {
    const values = this.#values(labels, verb);
    const made = this.#create(LABELLED, values) ?? this.#create(OVERFLOW, []);
    return made!;
  }

  /**
   * Makes a bucket without labels. Any thread.
   *
   * @throws {RangeError} When the metric has `maxSeries` buckets, or the arena is full.
   */
  createAnonymous(): number {
    const made = this.#create(ANONYMOUS, []);
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

  /** The life that bucket `id` is in, with its labels; `undefined` when it does not live. Any thread. */
  describe(id: number): Series | undefined {
    return this.#learn(id);
  }

  /** The life of bucket `id` to which `epoch` belongs, with its labels; `undefined` when that is over. Any thread. */
  at(id: number, epoch: number): Series | undefined {
    const known = this.#byId[id];
    if (known !== undefined && known.epoch === epoch) return known;
    const learnt = this.#learn(id);
    return learnt !== undefined && this.#isIn(learnt, epoch) ? learnt : undefined;
  }

  #isIn(series: Series, epoch: number): boolean {
    if (epoch === series.epoch) return true;
    if ((epoch & 1) === 0 || this.#word(series.id).life !== series.life) return false;
    if (((epoch - series.epoch) | 0) > 0) series.epoch = epoch;
    return true;
  }

  /**
   * Ends the life of a bucket and recycles its label block. Any thread.
   *
   * @throws {RangeError} When the bucket does not live.
   */
  destroy(id: number): void {
    for (;;) {
      const epoch = this.#table.liveEpoch(id, "destroy");
      // Read before the epoch is advanced from the value seen above: so the block is of the life that ends here.
      const { block } = this.#word(id);
      if (!this.#table.end(id, epoch)) continue;
      freeLabels(this.#arena, block);
      return;
    }
  }

  /** Makes a bucket, or finds the one that somebody else made meanwhile. `undefined`: there is no room. */
  #create(kind: LabelKind, values: readonly string[]): Series | undefined {
    let block = 0;
    try {
      for (;;) {
        const position = this.#catchUp();
        const known = kind === LABELLED
          ? this.#findLive(values)
          : kind === OVERFLOW
          ? this.#liveOverflow()
          : undefined;
        if (known !== undefined) return known;
        const id = this.#table.findFree();
        if (id >= this.#maxSeries && kind !== OVERFLOW) {
          if (this.#repaired) return undefined;
          this.#table.repair(this.#maxSeries);
          this.#repaired = true;
          continue;
        }
        if (kind !== OVERFLOW) this.#repaired = false;
        const epoch = this.#table.epoch(id);
        if ((epoch & 1) === 1) continue;
        if (block === 0) block = writeLabels(this.#arena, kind, values);
        addressLabels(this.#arena, block, {
          metric: this.#metric,
          id,
          epoch,
          stamp: (position + 1) | 0,
        });
        if (!this.#log.append(position, block)) continue;
        this.#log.finish(position, block);
        block = 0; // it is the bucket's now
        if (kind === ANONYMOUS) return this.#seriesOf(id, epoch + 1, { kind, values });
      }
    } finally {
      if (block !== 0) freeLabels(this.#arena, block);
    }
  }

  #findLive(values: readonly string[]): Series | undefined {
    let node = this.#root;
    for (const [n, value] of values.entries()) {
      const next = node.get(value);
      if (next === undefined) return undefined;
      if (next instanceof Map) node = next;
      else return hasRest(next, values, n + 1) && this.isAlive(next) ? next : undefined;
    }
    return undefined;
  }

  #liveOverflow(): Series | undefined {
    return this.#overflow !== undefined && this.isAlive(this.#overflow)
      ? this.#overflow
      : undefined;
  }

  /** Reads the log to its end, and returns the position of the end. */
  #catchUp(): number {
    let position = this.#position ?? this.#rebuild();
    for (;;) {
      const block = this.#log.entry(position);
      if (block === "lost") {
        position = this.#rebuild();
      } else if (block === "end") {
        return this.#position = position;
      } else {
        this.#log.finish(position, block);
        // The block may be another bucket's by now: then that one is learnt.
        this.#learn(Atomics.load(this.#arena.views(block * 8 + 64).i32, block * 2 + L_ID));
        position++;
      }
    }
  }

  /** Learns all live buckets, and returns a position up to which that makes the log superfluous. */
  #rebuild(): number {
    let position = this.#log.end;
    for (;;) {
      const block = this.#log.entry(position);
      if (block === "end") break;
      if (block === "lost") {
        position = this.#log.end;
      } else {
        this.#log.finish(position++, block);
      }
    }
    for (const id of this.#table.ids()) this.#learn(id);
    return position;
  }

  /** Notes the life that bucket `id` is in. */
  #learn(id: number): Series | undefined {
    const known = this.#byId[id];
    for (;;) {
      if ((this.#table.epoch(id) & 1) === 0) return undefined;
      const { life, block } = this.#word(id);
      if (known?.life === life) return known;
      const text = readLabels(this.#arena, block, this.names.length);
      const again = this.#word(id);
      // Another word: the bucket has died, and what we have read may be the text of another one.
      if (again.life !== life || again.block !== block) continue;
      if (text === undefined || (this.#table.epoch(id) & 1) === 0) return undefined;
      if (known !== undefined) this.#forget(known);
      const series = this.#seriesOf(id, life, text);
      this.#byId[id] = series;
      if (series.kind === OVERFLOW) this.#overflow = series;
      if (series.kind === LABELLED) this.#insert(series);
      return series;
    }
  }

  #seriesOf(
    id: number,
    life: number,
    { kind, values }: { kind: number; values: readonly string[] },
  ): Series {
    const labels = kind === OVERFLOW
      ? OVERFLOW_LABELS
      : Object.freeze(Object.fromEntries(values.map((value, n) => [this.names[n], value])));
    return { id, life, values, kind: kind as LabelKind, labels, epoch: life };
  }

  #insert(series: Series): void {
    let node = this.#root;
    for (const [n, value] of series.values.entries()) {
      const next = node.get(value);
      if (next instanceof Map) {
        node = next;
      } else if (next === undefined || hasRest(next, series.values, n + 1)) {
        node.set(value, series);
        return;
      } else {
        const level: Node = new Map([[next.values[n + 1], next]]);
        node.set(value, level);
        node = level;
      }
    }
  }

  #forget(series: Series): void {
    const path = [this.#root];
    for (const [n, value] of series.values.entries()) {
      const next = path[n].get(value);
      if (next instanceof Map) {
        path.push(next);
        continue;
      }
      // The same labels may have another bucket by now.
      if (next !== series) return;
      for (let level = n; level >= 0; level--) {
        path[level].delete(series.values[level]);
        if (path[level].size > 0) return;
      }
    }
  }

  #word(id: number): { life: number; block: number } {
    const word = this.#log.labelWord(id);
    return { life: Number(word >> 32n), block: Number(word & 0xffffffffn) };
  }

  #values(labels: Readonly<Record<string, string>>, verb: string): string[] {
    const what = `${verb} ${this.#table.name}`;
    const required = `the labels must be ${this.names.join(", ")}`;
    if (typeof labels !== "object" || labels === null) {
      throw new TypeError(cannot(what, required, labels));
    }
    for (const name of Object.keys(labels)) {
      if (!this.names.includes(name)) {
        throw new TypeError(cannot(what, required, got(`the unknown label ${name}`)));
      }
    }
    return this.names.map((name) => {
      const value: unknown = labels[name];
      if (value === undefined) throw new TypeError(cannot(what, required, got(`no ${name}`)));
      if (typeof value !== "string") {
        throw new TypeError(cannot(what, `the label ${name} must be a string`, value));
      }
      return value;
    });
  }
}

/** Whether a series has the given values from label `from` on. */
function hasRest(series: Series, values: readonly string[], from: number): boolean {
  for (let n = from; n < values.length; n++) if (series.values[n] !== values[n]) return false;
  return true;
}
