/**
 * The exemplar protocol, the owner's side: how exemplars are published so that readers see the
 * latest one of each place, whole or not at all.
 *
 * It is the record protocol of `../record/record_publisher.ts` without its rescue slot. Each
 * (thread, bucket, place) has a cell with two slots, and a version word. A slot holds an exemplar
 * and the epoch of the bucket that it belongs to. Bit 0 of the version is the number of the slot
 * with the latest exemplar.
 *
 * ```text
 * version word:   number of exemplars written (32 bits)
 * ```
 *
 * Assumptions: a cell has one owner at a time (`slot_directory.ts`). The engine does not move plain
 * accesses across `Atomics` operations, as for records. No reader is suspended in one copy while
 * exactly 2^32 exemplars are written to one cell.
 *
 * Guarantees: a reader gets one exemplar of the cell's present epoch, whole, or none. A writer that
 * is killed at any instruction leaves the exemplar before, or none: the slot that is being written
 * is never the one that the version names. An exemplar is written after its update was counted,
 * with the epoch in which the update was counted; so a clear removes both or none. The next owner
 * of the thread's slot goes on with the same cells. Stamps from the metric's clock give all
 * exemplars of the metric one order, which does not depend on the wall clock.
 *
 * Progress: the owner is wait-free except for the first exemplar of a place, which allocates (lock-
 * free). There is no rescue slot: after some tries, a reader that a new exemplar overtook in each
 * of them reports none for this cell. So it never waits.
 *
 * Memory: nothing before a thread's first exemplar. Then 640 bytes for each place that had one, and
 * for each bucket 8 bytes for each place, rounded up to lines of 128 bytes: 768 bytes for a
 * counter, at most 20,736 for a histogram without boundaries, and at most 648 for each bin of one
 * with boundaries, plus 128.
 *
 * @module
 */
import { blockViews } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { firstId, segmentOf } from "../../memory/segments.ts";
import type { WriterContext } from "../cell_writer.ts";
import { type CheckedLabels, writeExemplarLabels } from "./exemplar_labels.ts";
import {
  EXEMPLAR_CELL_BYTES,
  EXEMPLAR_COUNT,
  EXEMPLAR_EPOCH,
  EXEMPLAR_SLOT_BYTES,
  EXEMPLAR_STAMP,
  EXEMPLAR_TIME,
  EXEMPLAR_VALUE,
  exemplarBlockBytes,
  PLACE_CELL,
  PLACE_VERSION,
  PLACE_WORDS,
} from "./exemplar_layout.ts";

/** The exemplars of one bucket in one thread. Owner thread only. */
export class ExemplarWriter {
  readonly #context: WriterContext;
  readonly #id: number;
  readonly #places: number;
  /** Byte offset of the bucket's block; 0 before the first exemplar. */
  #block = 0;
  /** Byte offset of the cell of each place; 0 before its first exemplar. */
  readonly #cells: number[];

  /** `id` is that of the bucket, `places` how many places a bucket of the metric has. */
  constructor(context: WriterContext, id: number, places: number) {
    this.#context = context;
    this.#id = id;
    this.#places = places;
    this.#cells = new Array(places).fill(0);
  }

  /** Whether there is memory for the exemplars of a place. */
  has(place: number): boolean {
    return this.#cells[place] !== 0;
  }

  /**
   * Makes the memory for the exemplars of a place.
   *
   * @throws {RangeError} When the arena is full.
   */
  prepare(place: number): void {
    if (this.#block === 0) this.#block = this.#locateBlock();
    const reference = wordIndex(this.#block) + place * PLACE_WORDS + PLACE_CELL;
    this.#cells[place] = this.#ensure(reference, EXEMPLAR_CELL_BYTES);
  }

  /** Publishes an exemplar of an update that was counted in `epoch`. After {@linkcode prepare}. */
  write(place: number, labels: CheckedLabels, value: number, epoch: number): void {
    const { i32, u16, f64, u64 } = this.#context.thread.arena.views();
    const version = wordIndex(this.#block) + place * PLACE_WORDS + PLACE_VERSION;
    // SeqCst; pairs with the publication of an earlier owner of the slot: without it this one could
    // write the slot that the version names.
    const idle = (Atomics.load(i32, version) & 1) ^ 1;
    const slot = this.#cells[place] + idle * EXEMPLAR_SLOT_BYTES;
    // Unordered, all stores up to the publication. They pair with the copy in `ExemplarReader`,
    // which it drops if the version changed.
    i32[wordIndex(slot) + EXEMPLAR_EPOCH] = epoch;
    i32[wordIndex(slot) + EXEMPLAR_COUNT] = labels.length / 2;
    f64[longIndex(slot) + EXEMPLAR_VALUE] = value;
    f64[longIndex(slot) + EXEMPLAR_TIME] = Date.now();
    // SeqCst read-modify-write; pairs with itself in other threads: the order of these additions is
    // the order of the exemplars. Without it two threads could have the same stamp.
    f64[longIndex(slot) + EXEMPLAR_STAMP] = Number(
      Atomics.add(u64, this.#context.exemplars.clock, 1n),
    );
    writeExemplarLabels(u16, slot / 2, labels);
    // SeqCst read-modify-write; pairs with the load and the confirmation in `ExemplarReader`. A
    // store is not enough, as in `RecordPublisher.publish`: the plain stores of the next exemplar
    // could pass it on AArch64, and a reader would take a part of that one for this one.
    Atomics.add(i32, version, 1);
  }

  /** Finds the bucket's block, or makes it. */
  #locateBlock(): number {
    const { thread, table, exemplars } = this.#context;
    // SeqCst, before the compare-exchanges that publish the memory of exemplars; pairs with the load
    // in `ExemplarReader.isUsed`. Without this order a snapshot that begins after an exemplar was
    // published could take the metric for one without any.
    Atomics.store(thread.arena.views().i32, exemplars.cells.used, 1);
    const segment = segmentOf(this.#id, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, exemplars.cells, segment);
    const reference = wordIndex(start) + this.#id - firstId(segment, table.shift);
    return this.#ensure(reference, exemplarBlockBytes(this.#places));
  }

  /** Byte offset of the memory to which a word refers; makes that memory if it refers to nothing. */
  #ensure(reference: number, bytes: number): number {
    const { arena } = this.#context.thread;
    // SeqCst; pairs with the compare-exchange below, of an earlier owner of the slot: without it
    // this thread could see the reference and not the growth of the memory before it.
    let found = Atomics.load(arena.views(reference * 4 + 4).i32, reference) >>> 0;
    if (found === 0) {
      const made = arena.allocate(bytes);
      // SeqCst; pairs with the loads in `ExemplarReader`: whoever sees the reference also sees that
      // the memory has grown. A compare-exchange, because a revoked owner may be suspended here and
      // must not replace the memory of its successor.
      const { i32 } = arena.views(made + bytes);
      found = Atomics.compareExchange(i32, reference, 0, longIndex(made)) >>> 0 || longIndex(made);
    }
    blockViews(arena, found * 8, bytes);
    return found * 8;
  }
}
