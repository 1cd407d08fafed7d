/**
 * Selects series of one metric by a part of their labels.
 *
 * @module
 */
import { LABELLED, OVERFLOW } from "./label_text.ts";
import type { BucketLife } from "./label_trie.ts";

/**
 * Selects the series that have some given labels. Without any it selects all buckets. With any it
 * selects neither the overflow series nor a bucket that was made by `create()`: these do not have
 * the metric's labels. Only labels that mean the overflow series select that one.
 */
export class SeriesFilter {
  /** Whether all buckets are selected. */
  readonly isEmpty: boolean;
  /** The number of each given label in the schema, and its value. */
  readonly #wanted: readonly (readonly [number, string])[];
  readonly #isOverflow: boolean;

  /**
   * `labels` are some of the labels `names`, in well-formed Unicode. `isOverflow`: whether they
   * mean the overflow series.
   */
  constructor(
    names: readonly string[],
    labels: Readonly<Record<string, string>>,
    isOverflow = false,
  ) {
    const wanted: [number, string][] = [];
    for (const [n, name] of names.entries()) {
      if (Object.hasOwn(labels, name)) wanted.push([n, labels[name]]);
    }
    this.#wanted = wanted;
    this.#isOverflow = isOverflow;
    this.isEmpty = wanted.length === 0;
  }

  /** Whether a bucket is selected. */
  matches({ kind, values }: BucketLife): boolean {
    if (this.isEmpty) return true;
    if (this.#isOverflow) return kind === OVERFLOW;
    return kind === LABELLED && this.#wanted.every(([n, value]) => values[n] === value);
  }
}
