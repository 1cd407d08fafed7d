/**
 * The labelled cells of one metric in one thread.
 *
 * @module
 */
import type { LabelIndex } from "../buckets/label_index.ts";
import { needing } from "../memory/arena.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import { CellWriter, type WriterContext } from "./cell_writer.ts";
import { showWriters } from "./inspectable_writers.ts";

/** Finds the writers of one metric by label. Owner thread only. */
export class LabelledWriter<Writer> {
  static {
    showWriters(this.prototype, (self) => self.#home);
  }

  readonly #home: WriterContext;
  readonly #index: LabelIndex;
  readonly #make: (cell: CellWriter) => Writer;
  /** By id; one writer for each life, as two would each keep a value of their own. */
  readonly #bound: ({ readonly cell: CellWriter; readonly writer: Writer } | undefined)[] = [];

  constructor(home: WriterContext, make: (cell: CellWriter) => Writer) {
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
    const action = `${verb} ${this.#home.table.name}`;
    this.#home.thread.check(action);
    return needing(action, () => {
      const series = this.#index.intern(labels, verb);
      const known = this.#bound[series.id];
      if (known !== undefined && known.cell.isOf(series)) return known.writer;
      const cell = new CellWriter(this.#home, series.id, series);
      const writer = this.#make(cell);
      this.#bound[series.id] = { cell, writer };
      return writer;
    });
  }
}
