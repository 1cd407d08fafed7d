/**
 * The labelled cells of one metric in one thread.
 *
 * @module
 */
import type { LabelIndex } from "../buckets/label_index.ts";
import { needing } from "../memory/arena.ts";
import type { LabelValues } from "../schema/options.ts";
import { type CellHome, OwnCell } from "./own_cell.ts";
import { showWriters } from "./shown.ts";

/** Finds the writers of one metric by label. Owner thread only. */
export class OwnLabelled<Writer> {
  static {
    showWriters(this.prototype, (self) => self.#home);
  }

  readonly #home: CellHome;
  readonly #index: LabelIndex;
  readonly #make: (cell: OwnCell) => Writer;
  /** By id; one writer for each life, as two would each keep a value of their own. */
  readonly #bound: ({ readonly cell: OwnCell; readonly writer: Writer } | undefined)[] = [];

  constructor(home: CellHome, make: (cell: OwnCell) => Writer) {
    this.#home = home;
    this.#index = home.index!;
    this.#make = make;
  }

  labels(labels: LabelValues<string>): Writer {
    const known = this.#index.peek(labels);
    if (known !== undefined) {
      const bound = this.#bound[known.id];
      if (bound !== undefined && bound.cell.serves(known)) return bound.writer;
    }
    return this.#bind(labels);
  }

  #bind(labels: LabelValues<string>): Writer {
    const verb = "bind labels of";
    const what = `${verb} ${this.#home.table.name}`;
    this.#home.thread.check(what);
    return needing(what, () => {
      const series = this.#index.intern(labels, verb);
      const known = this.#bound[series.id];
      if (known !== undefined && known.cell.isOf(series)) return known.writer;
      const cell = new OwnCell(this.#home, series.id, series);
      const writer = this.#make(cell);
      this.#bound[series.id] = { cell, writer };
      return writer;
    });
  }
}
