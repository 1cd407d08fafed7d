/**
 * From labels to a series, by one map for each label. A hit builds no text and allocates nothing.
 *
 * Values are told apart by their text: `200` and `"200"` are one value. A value that is a number,
 * a boolean, `null` or a bigint is noted under itself too, so that it is found without its text.
 *
 * @module
 */
import type { Labels } from "./types.ts";

class Node<Series> {
  readonly next = new Map<unknown, Node<Series>>();
  series: Series | undefined = undefined;
  /** The keys other than the text under which the node above has this one. */
  aliases: unknown[] | undefined = undefined;
}

/** The series of one metric by their labels. */
export class LabelTree<Series> {
  readonly #names: readonly string[];
  #root = new Node<Series>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** The series with exactly these labels; `undefined` also if finding it takes their texts. */
  find(labels: Labels): Series | undefined {
    const names = this.#names;
    let node = this.#root;
    let unexpected = 0;
    for (let n = 0; n < names.length; n++) {
      const value = labels[names[n]];
      if (value !== undefined) unexpected--;
      const next = node.next.get(value);
      if (next === undefined) return undefined;
      node = next;
    }
    for (const _ in labels) unexpected++;
    return unexpected === 0 ? node.series : undefined;
  }

  /** The same by the values in the order of the names. */
  findByValues(values: readonly unknown[]): Series | undefined {
    const names = this.#names;
    if (values.length !== names.length) return undefined;
    let node = this.#root;
    for (let n = 0; n < values.length; n++) {
      const next = node.next.get(values[n]);
      if (next === undefined) return undefined;
      node = next;
    }
    return node.series;
  }

  /** The series with these labels, by their texts. Other properties of the labels are ignored. */
  lookUp(labels: Labels): Series | undefined {
    let node: Node<Series> | undefined = this.#root;
    for (const name of this.#names) {
      const value = labels[name];
      const next: Node<Series> | undefined = node.next.get(textOf(value));
      if (next === undefined) return undefined;
      note(node, value, next);
      node = next;
    }
    return node.series;
  }

  /** Notes a series under labels that have none. */
  add(labels: Labels, series: Series): void {
    let node = this.#root;
    for (const name of this.#names) {
      const value = labels[name];
      const text = textOf(value);
      let next = node.next.get(text);
      if (next === undefined) node.next.set(text, next = new Node());
      note(node, value, next);
      node = next;
    }
    node.series = series;
  }

  /** Forgets the series with these labels, and all nodes that only led to it. */
  remove(labels: Labels): void {
    const path = [this.#root];
    for (const name of this.#names) {
      const next = path[path.length - 1].next.get(textOf(labels[name]));
      if (next === undefined) return;
      path.push(next);
    }
    path[path.length - 1].series = undefined;
    for (let n = path.length - 1; n > 0; n--) {
      const node = path[n];
      if (node.next.size > 0) return;
      const above = path[n - 1];
      above.next.delete(textOf(labels[this.#names[n - 1]]));
      for (const alias of node.aliases ?? []) above.next.delete(alias);
    }
  }

  /** Forgets all series. */
  clear(): void {
    this.#root = new Node();
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === "string" ? value : `${value}`;
}

/** Objects get no alias: each is another key, which would be kept for ever. */
function note<Series>(
  above: Node<Series>,
  value: unknown,
  node: Node<Series>,
): void {
  if (typeof value === "string" || value === undefined) return;
  if (typeof value === "object" && value !== null) return;
  if (typeof value === "function" || above.next.get(value) === node) return;
  above.next.set(value, node);
  (node.aliases ??= []).push(value);
}
