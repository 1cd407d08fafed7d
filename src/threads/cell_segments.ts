/**
 * The segments of cells of each thread slot and metric. The slot's owner allocates a segment when
 * it first needs one, so a thread has memory only for the metrics that it updates.
 *
 * A thread block has a word for each column. A column is the cells of one metric; its word is the
 * reference of a cell segment for a metric with one bucket, and of a directory of segments for
 * others. The words of the first columns are in the block itself, those of further columns in
 * segments that double in size. Small parts come from the thread's pool, so that the cells of
 * single counters share cache lines with each other, and not with those of other threads.
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
import {
  COLUMNS_SHIFT,
  DIRECTORY,
  longIndex,
  roundUp,
  T_COLUMNS,
  T_POOL_OFFSET,
  T_POOL_U64,
  THREAD_BLOCK_BYTES,
  wordIndex,
} from "../memory/layout.ts";
import { capacityOf, firstId, segmentOf, SINGLE_SHIFT } from "../memory/segments.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** Which cells of a thread, and how its segments are divided. */
export interface CellPlace {
  /** Number of the column. */
  readonly column: number;
  /** `log2` of the first segment's size; 0 for a metric with one bucket. */
  readonly shift: number;
}

/** The cells of one metric. */
export interface CellColumn extends CellPlace {
  /** Index in `i32` of the metric's note that it is used. */
  readonly used: number;
  /** Size in bytes of a segment with cells for `capacity` buckets; a multiple of 8. */
  bytes(capacity: number): number;
}

/** Size of a thread's pool in bytes, after the first one. */
const POOL_BYTES = 1024;
/** Larger parts do not come from the pool. */
const MAX_POOLED_BYTES = 256;

/** The cells of all slots and metrics, as one thread sees them. */
export class CellSegments {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  /**
   * Index in `i32` of the first column of each segment of columns: by segment, then by slot, so
   * that the arrays have few holes.
   */
  readonly #columns: (number | undefined)[][] = [];

  constructor(arena: Arena, slots: SlotDirectory) {
    this.#arena = arena;
    this.#slots = slots;
  }

  /** Byte offset of a segment; 0 while no owner of the slot has needed it. Any thread. */
  locate(slot: number, { column, shift }: CellPlace, segment: number): number {
    const word = this.#findColumn(slot, column);
    // SeqCst, all loads; pair with the compare-exchange in `#publish`: without it this thread could
    // see the reference and not the growth of the memory before it.
    const start = word === 0 ? 0 : this.#load(word);
    if (start === 0 || shift === SINGLE_SHIFT) return start;
    blockViews(this.#arena, start, DIRECTORY * 4);
    return this.#load(wordIndex(start) + segment);
  }

  /**
   * Like `locate`, but also 0 while the slot has never had an owner: a thread that is about to take
   * the slot makes its block first. Any thread.
   */
  findForReader(slot: number, place: CellPlace, segment: number): number {
    const start = this.locate(slot, place, segment);
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
  ensure(slot: number, cells: CellColumn, segment: number): number {
    const found = this.locate(slot, cells, segment);
    if (found !== 0) return found;
    const { column, shift } = cells;
    const word = this.#ensureColumn(slot, column);
    if (shift === SINGLE_SHIFT) return this.#publish(word, this.#take(slot, cells.bytes(1)));
    const directory = this.#load(word) || this.#publish(word, this.#take(slot, DIRECTORY * 4));
    const start = this.#arena.allocate(cells.bytes(capacityOf(segment, shift)));
    return this.#publish(wordIndex(directory) + segment, start);
  }

  /**
   * Byte offset of the slot's thread block, which is allocated when there is none. Any thread: the
   * thread that is about to take the slot calls this, for itself or for a worker.
   *
   * @throws {RangeError} When the arena is full.
   */
  ensureBlock(slot: number): number {
    const found = this.#block(slot);
    if (found !== 0) return found;
    const start = this.#arena.allocate(THREAD_BLOCK_BYTES);
    const { u64 } = this.#arena.views(start + THREAD_BLOCK_BYTES);
    const pool = poolOf(start + T_POOL_OFFSET, start + THREAD_BLOCK_BYTES);
    // SeqCst, before the block is published; pairs with the load in `#take`.
    Atomics.store(u64, longIndex(start) + T_POOL_U64, pool);
    return this.#publish(this.#slots.blockIndex(slot), start);
  }

  /** Index in `i32` of a column's word; 0 while the thread has none. Any thread. */
  #findColumn(slot: number, column: number): number {
    const segment = segmentOf(column, COLUMNS_SHIFT);
    const offset = column - firstId(segment, COLUMNS_SHIFT);
    const known = this.#columns[segment]?.[slot];
    if (known !== undefined) return known + offset;
    const block = this.#block(slot);
    if (block === 0) return 0;
    blockViews(this.#arena, block, THREAD_BLOCK_BYTES);
    const start = segment === 0 ? block + T_COLUMNS * 4 : this.#load(wordIndex(block) + segment);
    if (start === 0) return 0;
    blockViews(this.#arena, start, capacityOf(segment, COLUMNS_SHIFT) * 4);
    (this.#columns[segment] ??= [])[slot] = wordIndex(start);
    return wordIndex(start) + offset;
  }

  /** The same, and makes the segment of columns when there is none. Owner thread only. */
  #ensureColumn(slot: number, column: number): number {
    const block = this.ensureBlock(slot);
    const found = this.#findColumn(slot, column);
    if (found !== 0) return found;
    const segment = segmentOf(column, COLUMNS_SHIFT);
    const start = this.#arena.allocate(capacityOf(segment, COLUMNS_SHIFT) * 4);
    this.#publish(wordIndex(block) + segment, start);
    return this.#findColumn(slot, column);
  }

  /**
   * Takes zeroed memory for ever from the thread's pool, or from the arena if it is much. Owner
   * thread only.
   */
  #take(slot: number, bytes: number): number {
    if (bytes > MAX_POOLED_BYTES) return this.#arena.allocate(bytes);
    const size = roundUp(bytes, 8);
    const index = longIndex(this.#block(slot)) + T_POOL_U64;
    for (;;) {
      const { u64 } = this.#arena.views();
      const pool = Atomics.load(u64, index);
      const start = Number(pool & 0xffffffffn) * 8;
      const end = Number(pool >> 32n) * 8;
      const fits = start + size <= end;
      const from = fits ? start : this.#arena.allocate(POOL_BYTES);
      const rest = poolOf(from + size, fits ? end : from + POOL_BYTES);
      // SeqCst, and pairs with itself. A compare-exchange, because a fenced owner may sleep in
      // here: without it, its successor's cells could get the same bytes as its own.
      if (Atomics.compareExchange(u64, index, pool, rest) === pool) return from;
      if (!fits) this.#arena.release(from, POOL_BYTES);
    }
  }

  /**
   * Publishes a block unless another thread was first, and returns the published one. SeqCst; pairs
   * with the loads in `#load`. A compare-exchange, because a fenced owner that sleeps in here must
   * not replace the block of its successor.
   */
  #publish(word: number, start: number): number {
    const { i32 } = this.#arena.views(start);
    const winner = Atomics.compareExchange(i32, word, 0, longIndex(start)) >>> 0;
    return winner === 0 ? start : winner * 8;
  }

  /** Byte offset of the slot's thread block; 0 while it has none. */
  #block(slot: number): number {
    return this.#load(this.#slots.blockIndex(slot));
  }

  /** The byte offset to which a word refers; 0 while it refers to nothing. */
  #load(word: number): number {
    return (Atomics.load(this.#arena.views().i32, word) >>> 0) * 8;
  }
}

/** The word of a pool whose unused part begins and ends at these byte offsets. */
function poolOf(start: number, end: number): bigint {
  return (BigInt(longIndex(end)) << 32n) | BigInt(longIndex(start));
}
