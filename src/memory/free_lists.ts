/**
 * The free list of label heads. A label head is a block of one 64-byte line in which the text of a
 * bucket's labels begins (`buckets/label_text.ts`).
 *
 * The list is a Treiber stack. One 64-bit word holds its top: a tag, advanced by every change | the
 * reference of the first free head. The head's `L_NEXT` word refers to the next free head. The line
 * of a head is never used for anything else, so an old reference always leads to some head.
 *
 * Heads are allocated in groups of neighbours, a quarter as many as exist already. Single heads
 * scattered between extents would split the free memory into small pieces.
 *
 * Assumptions: exactly 2^32 changes never pass between a thread's load of the top and its
 * compare-exchange.
 *
 * Guarantees: a head has one holder at a time. Without the tag this would fail (ABA): a pop sleeps
 * while another thread pops the same head, pops its successor, and pushes the first one again; the
 * sleeping pop would then put the successor, which is in use, on top. Memory is bounded by the
 * largest number of heads in use at one time.
 *
 * Progress: lock-free. A thread killed between its pop and the publication of the head loses that
 * head; a thread killed while it allocates a group loses the group.
 *
 * @module
 */
import type { Arena } from "./arena.ts";
import { FREE_HEADS, H_HEADS, L_NEXT, LINE } from "./layout.ts";

/** The smallest number of heads that are allocated together. */
const SMALLEST_GROUP = 16;
/** Difference between the references of neighbouring heads. */
const STEP = LINE / 8;

/**
 * Takes a head and returns its reference. Its content is undefined. Any thread.
 *
 * @throws {RangeError} When the arena is full.
 */
export function takeLabelHead(arena: Arena): number {
  for (;;) {
    const { u64 } = arena.views();
    // SeqCst; pairs with the compare-exchanges here and in `push`.
    const top = Atomics.load(u64, FREE_HEADS);
    const head = Number(top & 0xffffffffn);
    if (head === 0) return allocateHeads(arena);
    // Another thread may take and overwrite this head now. Then `next` is garbage, but the tag has
    // changed too, so the compare-exchange fails.
    const { i32 } = arena.views(head * 8 + LINE);
    const next = Atomics.load(i32, head * 2 + L_NEXT) >>> 0;
    if (Atomics.compareExchange(u64, FREE_HEADS, top, tagged(top, next)) === top) return head;
  }
}

/** Gives a head back. Any thread, but only the one that holds the head. */
export function freeLabelHead(arena: Arena, head: number): void {
  push(arena, head, head);
}

/** Allocates a group of heads, keeps the first one for the caller and pushes the others. */
function allocateHeads(arena: Arena): number {
  const { i32: words } = arena.views();
  let count = Math.max(SMALLEST_GROUP, Atomics.load(words, H_HEADS) >>> 2);
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
    for (let head = first + STEP; head < last; head += STEP) {
      // Unordered: the compare-exchange in `push` publishes these links.
      i32[head * 2 + L_NEXT] = head + STEP;
    }
    push(arena, first + STEP, last);
  }
  return first;
}

/** Pushes a chain of heads in which each one except the last already refers to the next. */
function push(arena: Arena, first: number, last: number): void {
  const { i32, u64 } = arena.views(last * 8 + LINE);
  for (;;) {
    const top = Atomics.load(u64, FREE_HEADS);
    // SeqCst, before the compare-exchange; pairs with the load of `L_NEXT` in `takeLabelHead`: a
    // pop could otherwise follow a link of the head's earlier use.
    Atomics.store(i32, last * 2 + L_NEXT, Number(top & 0xffffffffn) | 0);
    if (Atomics.compareExchange(u64, FREE_HEADS, top, tagged(top, first)) === top) return;
  }
}

/** The top word that follows `top` and refers to `head`. */
function tagged(top: bigint, head: number): bigint {
  return BigInt.asUintN(64, (((top >> 32n) + 1n) << 32n) | BigInt(head));
}
