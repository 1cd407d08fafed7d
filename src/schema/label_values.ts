/**
 * Checks of the labels that callers give: all labels of one series, or a part of them.
 *
 * @module
 */
import { shorten } from "../base/describe.ts";
import { cannot, got } from "../base/errors.ts";
import { isPlain } from "../base/shapes.ts";
import type { LabelValues } from "./metric_options.ts";

/**
 * Some of a metric's labels, by the labels' names: it selects the series that have these values.
 * Without any label it selects all series.
 */
export type LabelFilter<Label extends string> = Partial<LabelValues<Label>>;

/** Labels that were checked. */
export interface TakenLabels {
  /** A copy, in the order of the metric's labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether all labels of the metric are given. */
  readonly isComplete: boolean;
}

/** Checks the labels that callers give for one metric. */
export class LabelCheck {
  readonly #names: readonly string[];
  readonly #known: ReadonlySet<string>;

  /** `names` are the metric's labels, in the order of the schema. */
  constructor(names: readonly string[]) {
    this.#names = names;
    this.#known = new Set(names);
  }

  /**
   * Checks labels, and returns a copy in well-formed Unicode. A copy, because a getter could return
   * another value later. Well-formed, because values that were cut in the middle of a character are
   * equal once they are encoded as UTF-8, and so must be one series.
   *
   * @throws {TypeError} When the labels are not exactly the metric's, or not all strings.
   */
  takeAll(action: string, labels: unknown): Record<string, string> {
    const given = this.#assertKnown(action, labels);
    const taken: Record<string, string> = {};
    for (const name of this.#names) {
      const value = given[name];
      if (value === undefined) throw this.#error(action, got(`no ${name}`));
      taken[name] = wellFormed(action, name, value);
    }
    return taken;
  }

  /**
   * Does the same for labels of which any may be missing. A label that is given as `undefined` is
   * not missing but refused: a total over more series than the caller meant would go unnoticed.
   *
   * @throws {TypeError} When a label is not the metric's, or not a string.
   */
  takeSome(action: string, labels: unknown): TakenLabels {
    const given = this.#assertKnown(action, labels);
    const taken: Record<string, string> = {};
    let missing = 0;
    for (const name of this.#names) {
      const value = given[name];
      // A label may have the name of an inherited method, such as `toString`.
      if (typeof value !== "string" && !Object.hasOwn(given, name)) missing++;
      else taken[name] = wellFormed(action, name, value);
    }
    // A `Map` or a `Headers` has properties of another kind: it would select all series.
    if (missing === this.#names.length && !isRecord(given)) throw this.#error(action, labels);
    return { labels: taken, isComplete: missing === 0 };
  }

  #assertKnown(action: string, labels: unknown): Readonly<Record<string, unknown>> {
    // Neither an array nor a view of memory, which have too many properties to enumerate.
    if (!isPlain(labels)) throw this.#error(action, labels);
    for (const name of Object.keys(labels)) {
      if (!this.#known.has(name)) {
        throw this.#error(action, got(`the unknown label ${shorten(name)}`));
      }
    }
    return labels as Readonly<Record<string, unknown>>;
  }

  #error(action: string, given: unknown): TypeError {
    const required = this.#names.length === 0
      ? "the metric has no labels"
      : `the labels must be ${this.#names.join(", ")}`;
    return new TypeError(cannot(action, required, given));
  }
}

function wellFormed(action: string, name: string, value: unknown): string {
  if (typeof value === "string") return value.toWellFormed();
  throw new TypeError(cannot(action, `the label ${name} must be a string`, value));
}

/** Whether an object is of no class, in whichever realm it was made. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
