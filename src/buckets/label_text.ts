/**
 * The text of a bucket's labels in shared memory: a block with a header, the values' lengths and their UTF-16 code
 * units. The values are well-formed; see `LabelIndex`.
 *
 * The header also says which creation the block was made for (`L_STAMP`, `L_METRIC`, `L_ID`, `L_EPOCH`), so that any thread can finish
 * that creation, see `label_log.ts`.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { freeBlock, takeBlock } from "../memory/free_lists.ts";
import { readUnits, writeUnits } from "../memory/utf16.ts";
import {
  L_CLASS,
  L_EPOCH,
  L_ID,
  L_KIND,
  L_LENGTHS,
  L_METRIC,
  L_STAMP,
  LINE,
} from "../memory/layout.ts";

/** A bucket that `create()` made, without labels. */
export const ANONYMOUS = 0;
/** A bucket with labels. */
export const LABELLED = 1;
/** The one bucket for what goes beyond `maxSeries`. */
export const OVERFLOW = 2;
/** What a label block is for. */
export type LabelKind = typeof ANONYMOUS | typeof LABELLED | typeof OVERFLOW;

/** The labels of the overflow series, as OpenTelemetry names it. */
export const OVERFLOW_LABELS: Readonly<Record<string, string>> = Object.freeze({
  otel_metric_overflow: "true",
});

/** Takes a block and writes the values into it. Nobody else sees it until it stands in the log. Any thread. */
export function writeLabels(arena: Arena, kind: LabelKind, values: readonly string[]): number {
  let units = 0;
  for (const value of values) units += value.length;
  const bytes = (L_LENGTHS + values.length) * 4 + units * 2;
  const block = takeBlock(arena, bytes);
  const { i32, u16 } = arena.views(block * 8 + bytes);
  const words = block * 2;
  Atomics.store(i32, words + L_STAMP, 0);
  i32[words + L_KIND] = kind;
  let unit = (words + L_LENGTHS + values.length) * 2;
  for (let n = 0; n < values.length; n++) {
    const value = values[n];
    i32[words + L_LENGTHS + n] = value.length;
    writeUnits(u16, unit, value);
    unit += value.length;
  }
  return block;
}

/** Says for which creation the block is. The stamp comes last: who reads it sees the rest. */
export function addressLabels(
  arena: Arena,
  block: number,
  creation: { metric: number; id: number; epoch: number; stamp: number },
): void {
  const { i32 } = arena.views();
  const words = block * 2;
  Atomics.store(i32, words + L_METRIC, creation.metric);
  Atomics.store(i32, words + L_ID, creation.id);
  Atomics.store(i32, words + L_EPOCH, creation.epoch);
  Atomics.store(i32, words + L_STAMP, creation.stamp);
}

/** Gives the block of a dead bucket back. Only who ended the bucket's life. */
export function freeLabels(arena: Arena, block: number): void {
  // First of all the stamp: a late helper of the block's old creation must not take the block's next address for it.
  Atomics.store(arena.views(block * 8 + 8).i32, block * 2 + L_STAMP, 0);
  freeBlock(arena, block);
}

/**
 * Reads a block that may be freed and written anew meanwhile: the caller checks afterwards that the bucket
 * still has it. Never reads outside the memory. Any thread.
 */
export function readLabels(
  arena: Arena,
  block: number,
  count: number,
): { kind: number; values: string[] } | undefined {
  const words = block * 2;
  const head = (words + L_LENGTHS + count) * 4;
  const { i32: heads } = arena.views(head);
  if (head > heads.byteLength) return undefined;
  // What looks like a length may be the text of another metric's labels: believed only within the block.
  const end = block * 8 + LINE * 2 ** (Atomics.load(heads, words + L_CLASS) & 31);
  const { i32, u16 } = arena.views(end);
  const limit = Math.min(i32.byteLength, end);
  const kind = Atomics.load(i32, words + L_KIND);
  if (kind === ANONYMOUS || kind === OVERFLOW) return { kind, values: [] };
  if (kind !== LABELLED) return undefined;
  const values: string[] = [];
  let unit = (words + L_LENGTHS + count) * 2;
  for (let n = 0; n < count; n++) {
    const length = Atomics.load(i32, words + L_LENGTHS + n);
    if (length < 0 || (unit + length) * 2 > limit) return undefined;
    values.push(readUnits(u16, unit, length));
    unit += length;
  }
  return { kind, values };
}
