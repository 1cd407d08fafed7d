/**
 * The segments of cells of each thread slot and metric. The slot's owner allocates a segment when
 * it first needs one.
 *
 * Assumptions: a slot has one owner at a time (`slot_directory.ts`).
 *
 * Guarantees: a published reference never changes, and its block was zero when it was published.
 * The cells stay with the slot when its owner changes.
 *
 * Progress: allocation is lock-free; reading is wait-free. A thread killed between allocation and
 * publication loses that segment.
 *
 * @module
 */
import { type Arena, blockViews } from "../memory/arena.ts";
import { DIRECTORY, LINE_PAIR, longIndex, roundUp, wordIndex } from "../memory/layout.ts";
import { capacityOf } from "../memory/segments.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** The sizes of the cells of one metric. */
export interface CellShape {
  /** `log2` of the first segment's size; 0 for a metric with one bucket. */
  readonly shift: number;
  /** Size in bytes of a segment with cells for `capacity` buckets; a multiple of 8. */
  bytes(capacity: number): number;
}

/** The cells of all slots and metrics, as one thread sees them. */
export class CellSegments {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  readonly #shapes: readonly CellShape[];

  constructor(arena: Arena, slots: SlotDirectory, shapes: readonly CellShape[]) {
    this.#arena = arena;
    this.#slots = slots;
    this.#shapes = shapes;
  }

  /** Byte offset of a segment; 0 while no owner of the slot has needed it. Any thread. */
  locate(slot: number, metric: number, segment: number): number {
    const block = this.#block(slot);
    if (block === 0) return 0;
    // SeqCst; pairs with the compare-exchange in `#publish`: without it this thread could see the
    // reference and not the growth of the memory before it.
    const { i32 } = blockViews(this.#arena, block, this.#shapes.length * DIRECTORY * 4);
    return (Atomics.load(i32, wordIndex(block) + metric * DIRECTORY + segment) >>> 0) * 8;
  }

  /**
   * Like `locate`, but also 0 while the slot has never had an owner: a thread that is about to take
   * the slot makes its block first. Any thread.
   */
  findForReader(slot: number, metric: number, segment: number): number {
    const start = this.locate(slot, metric, segment);
    return start !== 0 && this.#slots.isFree(slot) ? 0 : start;
  }

  /** The slots that have a thread block, in rising order. No other slot has cells. Any thread. */
  slots(): number[] {
    const { used } = this.#slots;
    const slots: number[] = [];
    for (let slot = 0; slot < used; slot++) if (this.#block(slot) !== 0) slots.push(slot);
    return slots;
  }

  /**
   * Byte offset of a segment, which is allocated when there is none. Owner thread only.
   *
   * @throws {RangeError} When the arena is full.
   */
  ensure(slot: number, metric: number, segment: number): number {
    const found = this.locate(slot, metric, segment);
    if (found !== 0) return found;
    const block = this.ensureBlock(slot);
    const shape = this.#shapes[metric];
    if (shape.shift === 0) return this.locate(slot, metric, segment);
    const start = this.#arena.allocate(shape.bytes(capacityOf(segment, shape.shift)));
    const { i32 } = this.#arena.views();
    return this.#publish(i32, wordIndex(block) + metric * DIRECTORY + segment, start);
  }

  /**
   * Byte offset of the slot's thread block, which is allocated when there is none. It holds the
   * directories of all metrics, then the cells of those with a single bucket, which so cost their
   * few bytes only. Any thread: the thread that is about to take the slot calls this, for itself or
   * for a worker.
   *
   * @throws {RangeError} When the arena is full.
   */
  ensureBlock(slot: number): number {
    const found = this.#block(slot);
    if (found !== 0) return found;
    const directories = this.#shapes.length * DIRECTORY * 4;
    let bytes = roundUp(directories, 8);
    const inline = this.#shapes.map((shape) => {
      if (shape.shift !== 0) return 0;
      const at = bytes;
      bytes += shape.bytes(1);
      return at;
    });
    const start = this.#arena.allocate(roundUp(bytes, LINE_PAIR));
    const { i32 } = this.#arena.views(start + bytes);
    for (const [metric, at] of inline.entries()) {
      if (at !== 0) {
        // SeqCst, before the block is published; pairs with the load in `locate`.
        Atomics.store(i32, wordIndex(start) + metric * DIRECTORY, longIndex(start + at));
      }
    }
    return this.#publish(i32, this.#slots.blockIndex(slot), start);
  }

  /**
   * Publishes a block unless another thread was first, and returns the published one. SeqCst; pairs
   * with the loads in `locate` and `#block`. A compare-exchange, because a fenced owner that sleeps
   * in here must not replace the block of its successor.
   */
  #publish(i32: Int32Array, index: number, start: number): number {
    const winner = Atomics.compareExchange(i32, index, 0, longIndex(start)) >>> 0;
    return winner === 0 ? start : winner * 8;
  }

  /** Byte offset of the slot's thread block; 0 while it has none. */
  #block(slot: number): number {
    return (Atomics.load(this.#arena.views().i32, this.#slots.blockIndex(slot)) >>> 0) * 8;
  }
}
