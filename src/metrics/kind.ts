/**
 * What distinguishes one kind of metric from another. Each kind's folder exports its own in
 * `<kind>_kind.ts`, and `kinds.ts` has all of them.
 *
 * @module
 */
import { harden } from "../base/harden.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { Accumulator, SharedParts } from "./accumulator.ts";
import type { CellPlace } from "../threads/cell_segments.ts";
import type { CellParts } from "./cell_parts.ts";
import { CellWriter, type WriterContext } from "./cell_writer.ts";
import { LabelledWriter } from "./labelled_writer.ts";

/** The storage, reading and writing of one metric. */
export interface Kind<Value> {
  /** How many exemplars each thread keeps of a bucket; `undefined` if the kind has none. */
  readonly exemplars?: number;
  /** The size in bytes of a thread's segment of `capacity` buckets. */
  bytes(capacity: number): number;
  /** The parts of such a segment, for those who copy it. */
  parts(capacity: number): CellParts;
  /** Makes what adds up a bucket over threads. */
  accumulator(shared: SharedParts, place: CellPlace): Accumulator<Value>;
  /**
   * Makes a thread's writer: of the implicit bucket, of buckets by their labels, or of buckets by
   * their ids. `clock` is the index in `u64` of a number of the metric that all threads share.
   */
  writer(context: WriterContext, clock: number): object;
  /** A value in a few words, for `console.log` of a reader. By default the value itself. */
  brief?(value: Value): unknown;
}

/** Makes the {@linkcode Kind} of a metric from its definition. */
export type KindFactory<Definition extends MetricDefinition, Value> = (
  definition: Definition,
) => Kind<Value>;

/**
 * Makes the writer of a kind whose cells are objects: the cell of the implicit bucket, or what
 * finds cells by their labels.
 */
export function makeCellWriter<Writer extends object>(
  context: WriterContext,
  make: (cellWriter: CellWriter) => Writer,
  makeLabelled: LabelledFactory<Writer> = (make) => new LabelledWriter(context, make),
): Writer | LabelledWriter<Writer> {
  const makeHardened = (cellWriter: CellWriter) => harden(make(cellWriter));
  return context.index === undefined
    ? makeHardened(new CellWriter(context, 0))
    : harden(makeLabelled(makeHardened));
}

/** Makes what finds cells by their labels, from what makes the writer of one cell. */
type LabelledFactory<Writer> = (make: (cellWriter: CellWriter) => Writer) => LabelledWriter<Writer>;
