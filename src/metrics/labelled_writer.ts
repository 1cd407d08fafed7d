/**
 * The writers of one metric in one thread, by labels.
 *
 * @module
 */
import type { LabelIndex } from "../buckets/label_index.ts";
import type { LabelledBuckets } from "../buckets/labelled_buckets.ts";
import { needing } from "../memory/arena.ts";
import type { LabelValues } from "../schema/metric_options.ts";
import { CellWriter, type WriterContext } from "./cell_writer.ts";
import { LabelLookup } from "./label_lookup.ts";
import { showWriters } from "./inspectable_writers.ts";

/** Finds the writers of one metric by label. Owner thread only. */
export class LabelledWriter<Writer> {
  static {
    showWriters(this.prototype, (self) => self.#context);
  }

  readonly #context: WriterContext;
  readonly #index: LabelIndex;
  readonly #labelled: LabelledBuckets;
  readonly #make: (cell: CellWriter) => Writer;
  /**
   * By id: the writer of the latest life. There must be only one writer for each life, because each
   * keeps the value of the cell in a private field.
   */
  readonly #bound: ({ readonly cell: CellWriter; readonly writer: Writer } | undefined)[] = [];

  readonly #lookup: LabelLookup<Writer>;
  /** Finds the writer of a series, and makes it if there is none. Defined by the constructor. */
  declare readonly labels: (labels: LabelValues<string>) => Writer;

  constructor(context: WriterContext, make: (cell: CellWriter) => Writer) {
    this.#context = context;
    this.#index = context.index!;
    this.#labelled = context.labelled!;
    this.#make = make;
    const { controlIndex, tenure: { control }, arena } = context.thread;
    const tenancy = { words: arena.views().i32, controlIndex, control };
    const find = (labels: LabelValues<string>) => this.#find(labels);
    this.#lookup = new LabelLookup(this.#index.names, { find, tenancy });
    // A function of each object: the engines inline what they see at the call site.
    Object.defineProperty(this, "labels", { value: this.#lookup.labels });
  }

  #find(labels: LabelValues<string>): Writer {
    const known = this.#index.findCached(labels);
    if (known !== undefined) {
      const bound = this.#bound[known.id];
      if (bound !== undefined && bound.cell.isCurrentIn(known)) {
        this.#lookup.note(labels, known.values, bound, this.#bound.length);
        return bound.writer;
      }
    }
    return this.#bind(labels);
  }

  #bind(labels: LabelValues<string>): Writer {
    const verb = "bind labels of";
    const action = `${verb} ${this.#context.table.name}`;
    this.#context.thread.check(action);
    return needing(action, () => {
      const series = this.#labelled.intern(labels, verb);
      const known = this.#bound[series.id];
      if (known !== undefined && known.cell.belongsTo(series)) return known.writer;
      const cell = new CellWriter(this.#context, series.id, series);
      const writer = this.#make(cell);
      this.#bound[series.id] = { cell, writer };
      return writer;
    });
  }
}
