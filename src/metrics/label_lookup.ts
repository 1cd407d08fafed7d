/**
 * From labels to a writer, as fast as can be: what a program calls for each update that it makes by
 * labels. It is in front of the label index, which finds all labels, and private to its thread.
 *
 * One map leads from the value of one label, the one with the most different values, to a short
 * list of series. The text is compiled for the labels of one metric, as `label_trie.ts` does, and
 * for that label. The labels of the last call are compared first.
 *
 * Guarantees: it finds a writer only while the bucket has the epoch, and the thread the slot, of
 * the writer's latest update. Epochs never return to earlier values. So a bucket that was destroyed
 * is not found, whether its id was reused or the labels got another bucket.
 *
 * Bounds: it keeps at most two entries for each id, and 64.
 *
 * @module
 */
import type { LabelValues } from "../schema/metric_options.ts";
import type { CellWriter } from "./cell_writer.ts";

/** What is known of one series. Its values are in `v0`, `v1`, and so on. */
interface Entry<Writer> {
  readonly cell: CellWriter;
  /** The cell's `words` and `epochIndex`, which never change. */
  readonly words: Int32Array;
  readonly epochIndex: number;
  readonly writer: Writer;
  readonly [value: `v${number}`]: string;
}

/** By the value of one label: the series that have it. */
type Lists<Writer> = Map<string, Entry<Writer>[]>;

/** The part of a thread that says whether it still has its slot. See `CellWriter`. */
export interface Tenancy {
  readonly words: Int32Array;
  readonly controlIndex: number;
  readonly control: number;
}

/** Finds a writer. */
type Lookup<Writer> = (labels: LabelValues<string>) => Writer;

/** What a compiled lookup refers to. */
interface Parts<Writer> {
  /** Finds what is not in the lists. */
  readonly find: Lookup<Writer>;
  readonly tenancy: Tenancy;
  readonly lists: Lists<Writer>;
}

/** Maximum length of a list. More series of one value are found in the index. */
const MOST_IN_LIST = 32;
/**
 * Of the series that are looked up and whose list is full, one in so many takes a place in it. To
 * note a series costs 10 times as much as to find it in the index.
 */
const ONE_IN = 256;
/** Maximum number of labels. Metrics with more of them are found in the index. */
const MOST_LABELS = 64;
/** Maximum number of entries beside two for each id. */
const SPARE = 64;

/** The series of one metric in one thread that were found of late. Owner thread only. */
export class LabelLookup<Writer> {
  /** Finds a writer: here, or else by `find`. */
  readonly labels: Lookup<Writer>;
  readonly #names: readonly string[];
  readonly #parts: Parts<Writer>;
  readonly #lists: Lists<Writer> = new Map();
  /** Has `labels` call a lookup; `undefined` where nothing can be compiled. */
  readonly #use: ((lookup: Lookup<Writer>) => void) | undefined;
  /** The number of the label that the lists are by. */
  #label = -1;
  #size = 0;
  /** The number of entries when the label was chosen. */
  #sizeAtChoice = 0;
  /** How many series were not noted, because their lists are full. */
  #passed = 0;

  /** `names` are the metric's labels, in the order of the schema. */
  constructor(
    names: readonly string[],
    { find, tenancy }: { readonly find: Lookup<Writer>; readonly tenancy: Tenancy },
  ) {
    this.#names = names;
    this.#parts = { find, tenancy, lists: this.#lists };
    const isSmall = names.length > 0 && names.length <= MOST_LABELS;
    const outer = isSmall ? compileOuter(find) : undefined;
    this.labels = outer?.labels ?? find;
    this.#use = outer?.use;
  }

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /**
   * Notes the writer of a series, and the cell that says whether it is current. `ids` is the number
   * of ids that the metric has had in use at once.
   *
   * @param labels What the program calls the series by.
   * @param known The same values, as the index knows them.
   */
  note(
    labels: LabelValues<string>,
    known: readonly string[],
    { cell, writer }: { readonly cell: CellWriter; readonly writer: Writer },
    ids: number,
  ): void {
    if (this.#use === undefined) return;
    // Entries of buckets that are gone are not removed one by one.
    if (this.#size >= 2 * ids + SPARE) {
      this.#clear();
      this.#sizeAtChoice = 0;
    }
    if (this.#passes(known)) return;
    const { words, epochIndex } = cell;
    const entry: Entry<Writer> = { cell, words, epochIndex, writer };
    const values = known.map((value, n) => preferred(labels[this.#names[n]], value));
    for (const [n, value] of values.entries()) {
      (entry as Record<`v${number}`, string>)[`v${n}`] = value;
    }
    if (this.#label < 0) this.#choose(longest(values));
    const list = this.#listOf(entry);
    const at = list.findIndex((other) => this.#isSame(entry, other));
    if (at >= 0) list[at] = entry;
    else if (list.length < MOST_IN_LIST || this.#chooseAgain()) this.#add(entry);
    // A random one, as a cycle of one more than there are places would never find what it needs.
    else list[Math.floor(Math.random() * MOST_IN_LIST)] = entry;
  }

  /** Whether a series with these values is not noted, because its list is full. */
  #passes(known: readonly string[]): boolean {
    const length = this.#label < 0 ? 0 : this.#lists.get(known[this.#label])?.length ?? 0;
    return length >= MOST_IN_LIST && !this.#isChoiceOld && ++this.#passed % ONE_IN !== 0;
  }

  /** Whether the number of entries has doubled since the label was chosen. */
  get #isChoiceOld(): boolean {
    return this.#size >= 2 * this.#sizeAtChoice;
  }

  #add(entry: Entry<Writer>): void {
    const list = this.#listOf(entry);
    if (list.length >= MOST_IN_LIST) return;
    if (list.length === 0) this.#lists.set(this.#keyOf(entry), list);
    list.push(entry);
    this.#size++;
  }

  /**
   * Makes the lists by the label with the most values. Returns whether that is another one. Looks
   * at all entries, so it does so only after their number has doubled.
   */
  #chooseAgain(): boolean {
    if (!this.#isChoiceOld) return false;
    this.#sizeAtChoice = this.#size;
    const all = [...this.#lists.values()].flat();
    const variety = this.#names.map((_, n) => new Set(all.map((entry) => entry[`v${n}`])).size);
    const best = variety.indexOf(Math.max(...variety));
    if (best === this.#label) return false;
    this.#clear();
    this.#choose(best);
    for (const entry of all) this.#add(entry);
    return true;
  }

  #choose(label: number): void {
    this.#label = label;
    this.#use!(compileLookup(lookupSource(this.#names, label), this.#parts));
  }

  #clear(): void {
    this.#lists.clear();
    this.#size = 0;
  }

  #keyOf(entry: Entry<Writer>): string {
    return entry[`v${this.#label}`];
  }

  #listOf(entry: Entry<Writer>): Entry<Writer>[] {
    return this.#lists.get(this.#keyOf(entry)) ?? [];
  }

  #isSame(one: Entry<Writer>, other: Entry<Writer>): boolean {
    return this.#names.every((_, n) => one[`v${n}`] === other[`v${n}`]);
  }
}

/** Maximum length of a value whose own string is kept, in code units. */
const MOST_UNITS = 64;

/**
 * The string that the program has given, rather than an equal one that was read from shared memory.
 * Programs keep the strings that they use again: literals, tables of routes. To compare two strings
 * that are one object takes no time; of equal ones each character is compared, and a lookup takes
 * 41 ns in place of 21 (Bun), 57 in place of 36 (Node). It keeps the text alive that a string was
 * cut from, as prom-client does, so that long ones are not kept.
 */
function preferred(given: string, known: string): string {
  // A getter may give another value than it gave a moment ago.
  return given === known && given.length <= MOST_UNITS ? given : known;
}

/**
 * The first choice of a label: the one with the longest value. It is the likeliest to be another
 * string at each call, which the map then hashes and compares once.
 */
function longest(values: readonly string[]): number {
  const lengths = values.map(({ length }) => length);
  return lengths.indexOf(Math.max(...lengths));
}

/**
 * What callers call, for good: it calls the lookup of the moment. Each metric has a text of its
 * own, in which the engines see one lookup only, and inline it.
 */
function compileOuter<Writer>(
  find: Lookup<Writer>,
): { labels: Lookup<Writer>; use(lookup: Lookup<Writer>): void } | undefined {
  try {
    return new Function(
      "lookup",
      `"use strict";
return { labels: (labels) => lookup(labels), use: (next) => { lookup = next; } };`,
    )(find);
  } catch {
    // The runtime permits no compiling: the index finds everything.
    return undefined;
  }
}

/** Compiles a text of `lookupSource()`. */
export function compileLookup<Writer>(
  source: string,
  { find, tenancy, lists }: Parts<Writer>,
): Lookup<Writer> {
  return new Function("find", "tenancy", "lists", source)(find, tenancy, lists);
}

/**
 * Whether the engine is JavaScriptCore, for which the text differs in two places. It knows the
 * number of an object's keys from its structure: a lookup takes 20 ns in place of 31. V8 makes an
 * array of them, and takes 35 ns in place of 28. And it inlines the comparison with the labels of
 * the last call only if the rest is a function of its own: a lookup with its addition takes 17 ns
 * in place of 23 where the labels are the same as last time. Where they are not, it takes 31 in
 * place of 28.5 with 8 series, and 42 in place of 37 with 1,024. V8 inlines both, and as two
 * functions they take 37 ns in place of 34.
 */
const isJavaScriptCore = "Bun" in globalThis;

/**
 * The source text of a lookup whose lists are by label number `label`. Within 100 of its own
 * instructions JavaScriptCore inlines it, and then makes no object for labels that are a literal in
 * the call: a lookup takes 11 ns in place of 32.
 */
export function lookupSource(
  names: readonly string[],
  label: number,
  forJavaScriptCore = isJavaScriptCore,
): string {
  const all = [...names.keys()];
  // The list has its own label in common, so that it is not compared again.
  const others = all.filter((n) => n !== label);
  const given = (n: number) => `labels[${JSON.stringify(names[n])}]`;
  const same = (which: readonly number[]) =>
    which.map((n) => `entry.v${n} === v${n}`).join(" && ") || "true";
  const check = (count: string) =>
    `${count} === ${names.length} && entry.words[entry.epochIndex] === entry.cell.epoch &&
words[controlIndex] === control`;
  const take = (which: readonly number[]) =>
    which.map((n) => `const v${n} = ${given(n)};`).join("\n");
  const guard = `if (typeof labels !== "object" || labels === null) return find(labels);`;
  // An entry whose bucket is gone must not stay the last one: the list has the next one's.
  const head = `"use strict";
const { words, controlIndex, control } = tenancy;`;
  if (forJavaScriptCore) {
    const values = all.map((n) => `v${n}: null`).join(", ");
    return `${head}
const none = { ${values}, words, epochIndex: controlIndex, cell: { epoch: ~control } };
const state = { last: none };
const forget = (labels) => {
state.last = none;
return find(labels);
};
const search = (labels) => {
${take(all)}
const list = lists.get(v${label});
if (list === undefined) return find(labels);
for (let n = 0; n < list.length; n++) {
const entry = list[n];
if (${same(others)}) {
state.last = entry;
return ${check("Object.keys(labels).length")} ? entry.writer : forget(labels);
}
}
return find(labels);
};
const lookUp = (labels) => {
${guard}
const entry = state.last;
if (${all.map((n) => `entry.v${n} === ${given(n)}`).join(" && ")}) {
return ${check("Object.keys(labels).length")} ? entry.writer : forget(labels);
}
return search(labels);
};
return lookUp;`;
  }
  return `${head}
let last;
const forget = (labels) => {
last = undefined;
return find(labels);
};
return (labels) => {
${guard}
${take(all)}
let entry = last;
if (entry === undefined || !(${same(all)})) {
const list = lists.get(v${label});
if (list === undefined) return find(labels);
for (let n = 0; ; n++) {
if (n === list.length) return find(labels);
entry = list[n];
if (${same(others)}) break;
}
last = entry;
}
let given = 0;
for (const _ in labels) given++;
return ${check("given")} ? entry.writer : forget(labels);
};`;
}
