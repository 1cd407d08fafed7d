/**
 * Where the cells of a (thread, metric) stand: segments that the slot's owner allocates when it first needs them.
 *
 * Assumptions: a slot has one owner at a time (`slot_directory.ts`).
 *
 * Guarantees: a published reference never changes; what it refers to was zero when it was published. The cells stay with the
 * slot when its owner changes.
 *
 * Progress: owner: lock-free (allocation); readers: wait-free. An owner killed between allocation and publication
 * loses that segment.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { blockViews } from "../memory/header.ts";
import { DIRECTORY, LINE_PAIR, longIndex, roundUp, wordIndex } from "../memory/layout.ts";
import { capacityOf } from "../memory/segments.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** What the cells of a metric need. */
export interface CellShape {
  /** `log2` of the first segment's size; 0 for a metric with one bucket. */
  readonly shift: number;
  /** Size of a segment of so many buckets, a multiple of 8. */
  bytes(capacity: number): number;
}

/** The cells of all threads and metrics, as one thread sees them. */
export class CellSegments {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  readonly #shapes: readonly CellShape[];

  constructor(arena: Arena, slots: SlotDirectory, shapes: readonly CellShape[]) {
    this.#arena = arena;
    this.#slots = slots;
    this.#shapes = shapes;
  }

  /** Byte offset of a segment, 0 while the slot's owners have not needed it. Any thread. */
  locate(slot: number, metric: number, segment: number): number {
    const block = this.#block(slot);
    if (block === 0) return 0;
    // SeqCst; pairs with the publication in `ensure`: without it we could see the reference and not the growth behind it.
    const { i32 } = blockViews(this.#arena, block, this.#shapes.length * DIRECTORY * 4);
    return (Atomics.load(i32, wordIndex(block) + metric * DIRECTORY + segment) >>> 0) * 8;
  }

  /** The same for readers: 0 too while the slot has never had an owner, though its block may be there. Any thread. */
  find(slot: number, metric: number, segment: number): number {
    const start = this.locate(slot, metric, segment);
    return start !== 0 && this.#slots.isFree(slot) ? 0 : start;
  }

  /**
   * Byte offset of a segment, allocated when there is none. Owner thread only.
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
   * Byte offset of the slot's thread block: the directories of all metrics, and behind them the cells of those with a
   * single bucket, so that these cost their few bytes only. Owner thread only.
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
        Atomics.store(i32, wordIndex(start) + metric * DIRECTORY, longIndex(start + at));
      }
    }
    return this.#publish(i32, this.#slots.blockIndex(slot), start);
  }

  /** A compare-exchange rather than a store: a fenced owner that sleeps in here must not replace its successor's block. */
  #publish(i32: Int32Array, index: number, start: number): number {
    const winner = Atomics.compareExchange(i32, index, 0, longIndex(start)) >>> 0;
    return winner === 0 ? start : winner * 8;
  }

  #block(slot: number): number {
    return (Atomics.load(this.#arena.views().i32, this.#slots.blockIndex(slot)) >>> 0) * 8;
  }
}
