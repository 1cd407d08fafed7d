/**
 * Maps labels to lives of buckets: a trie with one level for each label, in private memory.
 *
 * A lookup does not join or hash texts and allocates nothing. A level exists only where two entries
 * differ, so a label with many values costs one map entry for each value, not one map.
 *
 * @module
 */
import type { LabelKind } from "./label_text.ts";

/** One life of a bucket in a labelled metric: from its creation to its destruction. */
export interface BucketLife {
  /** The bucket. */
  readonly id: number;
  /**
   * The epoch with which this life began. No other life of any bucket has the same id and epoch.
   */
  readonly life: number;
  /** Values of the labels, in the order of the schema; empty for buckets without labels. */
  readonly values: readonly string[];
  /** With labels, without labels, or the overflow series. */
  readonly kind: LabelKind;
  /** The labels as a frozen object, which all callers share. */
  readonly labels: Readonly<Record<string, string>>;
  /** Size of the values in shared memory, in bytes. */
  readonly bytes: number;
  /**
   * The latest epoch of this life that was seen. Epochs never return to earlier values, so while
   * the bucket has this epoch, it is in this life.
   */
  epoch: number;
}

/** One level: for each value the next level, or directly the only life that has this value. */
type Level = Map<string, Level | BucketLife>;

/** Finds the life with these labels. Labels that are not strings are not found. */
type Finder = (root: Level, labels: Readonly<Record<string, string>>) => BucketLife | undefined;

/** The lives that one thread knows of, at most one for the same labels. Private to its thread. */
export class LabelTrie {
  readonly #root: Level = new Map();
  readonly #names: readonly string[];
  /** Compiled by the first search. */
  #find: Finder | undefined;

  /** `names` are the labels in the order of the schema. */
  constructor(names: readonly string[], find?: Finder) {
    this.#names = names;
    this.#find = find;
  }

  /** The life with these labels. Labels that are not strings are not found. */
  find(labels: Readonly<Record<string, string>>): BucketLife | undefined {
    const find = this.#find ??= makeFinder(this.#names);
    return find(this.#root, labels);
  }

  /** Adds a life. It replaces one with the same labels. */
  insert(life: BucketLife): void {
    let level = this.#root;
    for (const [n, value] of life.values.entries()) {
      const next = level.get(value);
      if (next instanceof Map) {
        level = next;
      } else if (next === undefined || hasRest(next, life.values, n + 1)) {
        level.set(value, life);
        return;
      } else {
        const lower: Level = new Map([[next.values[n + 1], next]]);
        level.set(value, lower);
        level = lower;
      }
    }
  }

  /** Removes all lives. */
  clear(): void {
    this.#root.clear();
  }

  /** Removes a life, unless another one with the same labels has replaced it. */
  remove(life: BucketLife): void {
    const path = [this.#root];
    for (const [n, value] of life.values.entries()) {
      const next = path[n].get(value);
      if (next instanceof Map) {
        path.push(next);
        continue;
      }
      if (next !== life) return;
      for (let at = n; at >= 0; at--) {
        path[at].delete(life.values[at]);
        if (path[at].size > 0) return;
      }
      return;
    }
  }
}

/**
 * Compiles the lookup if the runtime permits, as `record_kernel.ts` does. A property access by a
 * variable name takes about 10 ns; three of them would be half of a lookup.
 */
function makeFinder(names: readonly string[]): Finder {
  try {
    return new Function(finderSource(names))() as Finder;
  } catch {
    return interpretFinder(names);
  }
}

/**
 * Maximum number of labels for which every comparison is generated in place. The size of that code
 * grows with the square of the number.
 */
const WRITTEN_OUT = 16;

/** The source text of the compiled finder. */
export function finderSource(names: readonly string[]): string {
  const value = (n: number) => `labels[${JSON.stringify(names[n])}]`;
  const isSame = (n: number) => `next.values[${n}] === ${value(n)}`;
  const isShort = names.length <= WRITTEN_OUT;
  const steps = names.map((_, n) => {
    const rest = isShort
      ? names.slice(n + 1).map((_, k) => ` && ${isSame(n + 1 + k)}`).join("")
      : ` && hasRest(next, labels, ${n + 1})`;
    return `next = ${n === 0 ? "root" : "next"}.get(${value(n)});
if (!(next instanceof Map)) return next !== undefined${rest} ? next : undefined;`;
  });
  const rests = names.map((_, n) => `case ${n}: if (!(${isSame(n)})) return false;`);
  const hasRest = `function hasRest(next, labels, from) {
switch (from) {
${rests.join("\n")}
}
return true;
}
`;
  return `"use strict";
${isShort ? "" : hasRest}return (root, labels) => {
let next;
${steps.join("\n")}
};`;
}

/** Makes a finder without compiling. */
export function interpretFinder(names: readonly string[]): Finder {
  return (root, labels) => {
    let level = root;
    for (let n = 0; n < names.length; n++) {
      const next = level.get(labels[names[n]]);
      if (next === undefined) return undefined;
      if (next instanceof Map) {
        level = next;
        continue;
      }
      while (++n < names.length) if (next.values[n] !== labels[names[n]]) return undefined;
      return next;
    }
    return undefined;
  };
}

/** Whether a life has these values from label number `from` on. */
function hasRest(life: BucketLife, values: readonly string[], from: number): boolean {
  for (let n = from; n < values.length; n++) if (life.values[n] !== values[n]) return false;
  return true;
}
