/**
 * The labelled cells of one metric in one thread.
 *
 * @module
 */
import type { LabelIndex } from "../buckets/label_index.ts";
import type { Series } from "../buckets/label_trie.ts";
import { needing } from "../memory/arena.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import type { CellWriter, WriterContext } from "./cell_writer.ts";
import { showWriters } from "./inspectable_writers.ts";

/** Finds the writers of one metric by label. Owner thread only. */
export class LabelledWriter<Cell extends CellWriter> {
  static {
    showWriters(this.prototype, (self) => self.#home);
  }

  readonly #home: WriterContext;
  readonly #index: LabelIndex;
  readonly #make: (series: Series) => Cell;
  /** By id; one writer for each life, as two would each keep a value of their own. */
  readonly #cells: (Cell | undefined)[] = [];

  constructor(home: WriterContext, make: (series: Series) => Cell) {
    this.#home = home;
    this.#index = home.index!;
    this.#make = make;
  }

  labels(labels: LabelValues<string>): Cell {
    const known = this.#index.peek(labels);
    if (known !== undefined) {
      const cell = this.#cells[known.id];
      if (cell !== undefined && cell.serves(known)) return cell;
    }
    return this.#bind(labels);
  }

  #bind(labels: LabelValues<string>): Cell {
    const verb = "bind labels of";
    const action = `${verb} ${this.#home.table.name}`;
    this.#home.thread.check(action);
    return needing(action, () => {
      const series = this.#index.intern(labels, verb);
      const known = this.#cells[series.id];
      if (known !== undefined && known.isOf(series)) return known;
      return this.#cells[series.id] = this.#make(series);
    });
  }
}
