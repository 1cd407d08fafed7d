/**
 * Blocks that come and go, recycled by size: the texts of labels.
 *
 * One Treiber stack for each power of two of lines. A head is a 64-bit word: a tag that every change advances | the
 * reference of the first free block, whose `L_NEXT` word refers to the next.
 *
 * Assumptions: no thread sleeps between its load of a head and its compare-exchange while exactly 2^32 changes pass.
 *
 * Guarantees: a block has one holder at a time (without the tag, a pop that slept while its block was popped, its
 * successor popped, and the first pushed again would hand out the successor twice: ABA). Memory is bounded by the most
 * blocks alive at once, by size class, as nothing is ever split.
 *
 * Progress: lock-free. A thread killed between a pop and the publication of the block loses that one block.
 *
 * @module
 */
import type { Arena } from "./arena.ts";
import { BLOCK_CLASSES, FREE_HEADS, L_CLASS, L_NEXT, LINE } from "./layout.ts";

/** Takes a block of at least `bytes` bytes and returns its reference. Its content is undefined, but for `L_CLASS`. Any thread. */
export function takeBlock(arena: Arena, bytes: number): number {
  const lines = Math.ceil(bytes / LINE);
  const size = lines <= 1 ? 0 : 32 - Math.clz32(lines - 1);
  if (size >= BLOCK_CLASSES) return arena.allocate(bytes) / 8; // refused there: larger than any arena
  const head = FREE_HEADS + size;
  for (;;) {
    const { u64 } = arena.views();
    const top = Atomics.load(u64, head);
    const block = Number(top & 0xffffffffn);
    if (block === 0) break;
    // The block may be taken and written while we look: then this is garbage, and the tag has moved, so we try again.
    const { i32 } = arena.views(block * 8 + LINE);
    const next = Atomics.load(i32, block * 2 + L_NEXT) >>> 0;
    if (Atomics.compareExchange(u64, head, top, tagged(top, next)) === top) return block;
  }
  const block = arena.allocate(LINE << size, false) / 8;
  arena.views(block * 8 + LINE).i32[block * 2 + L_CLASS] = size;
  return block;
}

/** Gives a block back. Any thread, but only the one that took it out of use. */
export function freeBlock(arena: Arena, block: number): void {
  const { i32, u64 } = arena.views(block * 8 + LINE);
  const head = FREE_HEADS + Atomics.load(i32, block * 2 + L_CLASS);
  for (;;) {
    const top = Atomics.load(u64, head);
    Atomics.store(i32, block * 2 + L_NEXT, Number(top & 0xffffffffn) | 0);
    if (Atomics.compareExchange(u64, head, top, tagged(top, block)) === top) return;
  }
}

/** The head that follows `head` and refers to `block`. */
function tagged(head: bigint, block: number): bigint {
  return BigInt.asUintN(64, (((head >> 32n) + 1n) << 32n) | BigInt(block));
}
