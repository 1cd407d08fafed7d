/**
 * Blocks of one line that come and go: the heads of labels.
 *
 * A Treiber stack. Its head is a 64-bit word: a tag that every change advances | the reference of
 * the first free block, whose `L_NEXT` word refers to the next. A block stays one for ever, so a
 * reference that somebody kept leads to the head of some labels, or of none.
 *
 * Blocks are made many at a time, a quarter of those that there are, side by side: between other
 * memory that comes and goes they would keep it in small pieces.
 *
 * Assumptions: no thread sleeps between its load of a head and its compare-exchange while exactly 2^32 changes pass.
 *
 * Guarantees: a block has one holder at a time (without the tag, a pop that slept while its block was popped, its
 * successor popped, and the first pushed again would hand out the successor twice: ABA). Memory is bounded by the most
 * blocks alive at once.
 *
 * Progress: lock-free. A thread killed between a pop and the publication of the block loses that
 * one block; one killed while it makes blocks loses these.
 *
 * @module
 */
import type { Arena } from "./arena.ts";
import { FREE_HEADS, H_HEADS, L_NEXT, LINE } from "./layout.ts";

/** So many blocks are made at once, or more. */
const FEW = 16;
/** From one block's reference to that of its neighbour. */
const STEP = LINE / 8;

/** Takes a block and returns its reference. Its content is undefined. Any thread. */
export function takeBlock(arena: Arena): number {
  for (;;) {
    const { u64 } = arena.views();
    const top = Atomics.load(u64, FREE_HEADS);
    const block = Number(top & 0xffffffffn);
    if (block === 0) return makeBlocks(arena);
    // The block may be taken and written while we look: then this is garbage, and the tag has moved, so we try again.
    const { i32 } = arena.views(block * 8 + LINE);
    const next = Atomics.load(i32, block * 2 + L_NEXT) >>> 0;
    if (Atomics.compareExchange(u64, FREE_HEADS, top, tagged(top, next)) === top) return block;
  }
}

/** Gives a block back. Any thread, but only the one that took it out of use. */
export function freeBlock(arena: Arena, block: number): void {
  push(arena, block, block);
}

/** Makes blocks, and takes the first one. */
function makeBlocks(arena: Arena): number {
  const { i32: words } = arena.views();
  let count = Math.max(FEW, Atomics.load(words, H_HEADS) >>> 2);
  let start: number;
  try {
    start = arena.allocate(count * LINE, false);
  } catch {
    count = 1;
    start = arena.allocate(LINE, false);
  }
  Atomics.add(words, H_HEADS, count);
  const first = start / 8;
  if (count > 1) {
    const { i32 } = arena.views(start + count * LINE);
    const last = first + (count - 1) * STEP;
    for (let block = first + STEP; block < last; block += STEP) {
      i32[block * 2 + L_NEXT] = block + STEP;
    }
    push(arena, first + STEP, last);
  }
  return first;
}

/** Puts blocks on the stack, of which each but the last one refers to the next. */
function push(arena: Arena, first: number, last: number): void {
  const { i32, u64 } = arena.views(last * 8 + LINE);
  for (;;) {
    const top = Atomics.load(u64, FREE_HEADS);
    Atomics.store(i32, last * 2 + L_NEXT, Number(top & 0xffffffffn) | 0);
    if (Atomics.compareExchange(u64, FREE_HEADS, top, tagged(top, first)) === top) return;
  }
}

/** The head that follows `head` and refers to `block`. */
function tagged(head: bigint, block: number): bigint {
  return BigInt.asUintN(64, (((head >> 32n) + 1n) << 32n) | BigInt(block));
}
