/**
 * Labels to series: a tree with one level for each label, in private memory.
 *
 * A lookup hashes no joined text and allocates nothing. A level is made only where two series part, so that a label of
 * many values costs one entry a series, not one map.
 *
 * @module
 */
import type { LabelKind } from "./label_text.ts";

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

/** One level: by value, the next level, or at once the one series that has this value. */
type Level = Map<string, Level | Series>;

/** Looks a series up. Labels that are no strings are not found. */
type Finder = (root: Level, labels: Readonly<Record<string, string>>) => Series | undefined;

/** The labelled series that a thread knows of, at most one for the same labels. */
export class LabelTrie {
  readonly #root: Level = new Map();
  readonly #find: Finder;

  /** `names` are the labels in the order of the schema. */
  constructor(names: readonly string[], find: Finder = makeFinder(names)) {
    this.#find = find;
  }

  /** The series with these labels. Labels that are no strings are not found. */
  find(labels: Readonly<Record<string, string>>): Series | undefined {
    return this.#find(this.#root, labels);
  }

  /** Adds a series, in the place of one with the same labels if there is one. */
  insert(series: Series): void {
    let level = this.#root;
    for (const [n, value] of series.values.entries()) {
      const next = level.get(value);
      if (next instanceof Map) {
        level = next;
      } else if (next === undefined || hasRest(next, series.values, n + 1)) {
        level.set(value, series);
        return;
      } else {
        const lower: Level = new Map([[next.values[n + 1], next]]);
        level.set(value, lower);
        level = lower;
      }
    }
  }

  /** Removes a series, unless another one with the same labels has taken its place. */
  remove(series: Series): void {
    const path = [this.#root];
    for (const [n, value] of series.values.entries()) {
      const next = path[n].get(value);
      if (next instanceof Map) {
        path.push(next);
        continue;
      }
      if (next !== series) return;
      for (let at = n; at >= 0; at--) {
        path[at].delete(series.values[at]);
        if (path[at].size > 0) return;
      }
      return;
    }
  }
}

/**
 * Compiles the way through the levels where the program may do that, as it may for the records' kernels: a property by a name that is in
 * a variable costs some 10 ns, three of them half of a lookup.
 */
function makeFinder(names: readonly string[]): Finder {
  try {
    return new Function("root", "labels", finderSource(names)) as Finder;
  } catch {
    return interpretFinder(names);
  }
}

function finderSource(names: readonly string[]): string {
  const value = (n: number) => `labels[${JSON.stringify(names[n])}]`;
  const steps = names.map((_, n) => {
    const rest = names.slice(n + 1).map((_, k) =>
      ` && next.values[${n + 1 + k}] === ${value(n + 1 + k)}`
    );
    return `next = ${n === 0 ? "root" : "next"}.get(${value(n)});
if (!(next instanceof Map)) return next !== undefined${rest.join("")} ? next : undefined;`;
  });
  return `"use strict";\nlet next;\n${steps.join("\n")}`;
}

/** The same without a compiler. */
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

/** Whether a series has the given values from label `from` on. */
function hasRest(series: Series, values: readonly string[], from: number): boolean {
  for (let n = from; n < values.length; n++) if (series.values[n] !== values[n]) return false;
  return true;
}
