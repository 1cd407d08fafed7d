/**
 * The text of a bucket's labels in shared memory: the values' lengths and their UTF-16 code units.
 * The values are well-formed; see `LabelIndex`. The text begins in a head, a block of one line, and
 * goes on in an extent of the arena.
 *
 * The two have different fates: a head stays a head for ever, as sleeping helpers may look at it at
 * any time; an extent becomes any other memory, and is read only by those who check afterwards that
 * the bucket still has it.
 *
 * The header of a head also says which creation it was made for (`L_STAMP`, `L_METRIC`, `L_ID`,
 * `L_EPOCH`), so that any thread can finish that creation, see `label_log.ts`.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { freeBlock, takeBlock } from "../memory/free_lists.ts";
import { CHUNK } from "../memory/utf16.ts";
import {
  L_EPOCH,
  L_EXTENT,
  L_ID,
  L_KIND,
  L_METRIC,
  L_STAMP,
  L_TEXT,
  L_TEXT_UNITS,
  L_UNITS,
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

/**
 * Takes a head and writes the values into it. Nobody else sees it until it stands in the log. Any
 * thread.
 */
export function writeLabels(arena: Arena, kind: LabelKind, values: readonly string[]): number {
  const units = values.reduce((sum, value) => sum + value.length, values.length * LENGTH_UNITS);
  const block = takeBlock(arena);
  Atomics.store(arena.views(block * 8 + LINE).i32, block * 2 + L_STAMP, 0);
  let extent = 0;
  try {
    extent = units > L_TEXT_UNITS ? arena.borrow((units - L_TEXT_UNITS) * 2) / 8 : 0;
  } catch (error) {
    freeBlock(arena, block);
    throw error;
  }
  const { i32, u16 } = arena.views(extent * 8 + (units - L_TEXT_UNITS) * 2);
  const words = block * 2;
  i32[words + L_KIND] = kind;
  i32[words + L_UNITS] = units;
  i32[words + L_EXTENT] = extent;
  const text = new SplitText(block, extent);
  for (const { length } of values) text.writeLength(u16, length);
  for (const value of values) text.write(u16, value);
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

/** Gives the text of a dead bucket back. Only who ended the bucket's life. */
export function freeLabels(arena: Arena, block: number): void {
  const { i32 } = arena.views(block * 8 + LINE);
  const words = block * 2;
  // First of all the stamp: a late helper of the head's old creation must not take the head's next
  // address for it.
  Atomics.store(i32, words + L_STAMP, 0);
  const extent = i32[words + L_EXTENT] >>> 0;
  if (extent !== 0) arena.giveBack(extent * 8, (i32[words + L_UNITS] - L_TEXT_UNITS) * 2);
  freeBlock(arena, block);
}

/**
 * Reads a text that may be freed and written anew meanwhile: the caller checks afterwards that the
 * bucket still has it. Never reads outside the memory. Any thread.
 */
export function readLabels(
  arena: Arena,
  block: number,
  count: number,
): { kind: number; values: string[] } | undefined {
  const words = block * 2;
  const { i32: heads } = arena.views(block * 8 + LINE);
  if (block * 8 + LINE > heads.byteLength) return undefined;
  const kind = Atomics.load(heads, words + L_KIND);
  if (kind === ANONYMOUS || kind === OVERFLOW) return { kind, values: [] };
  if (kind !== LABELLED) return undefined;
  const units = Atomics.load(heads, words + L_UNITS);
  const extent = Atomics.load(heads, words + L_EXTENT) >>> 0;
  if (units < count * LENGTH_UNITS || (units > L_TEXT_UNITS && extent === 0)) return undefined;
  const end = extent * 8 + (units - L_TEXT_UNITS) * 2;
  const { u16 } = arena.views(end);
  if (units > L_TEXT_UNITS && end > u16.byteLength) return undefined;
  const text = new SplitText(block, extent);
  const lengths = Array.from({ length: count }, () => text.readLength(u16));
  // What looks like a length may be of another text by now: believed only when all of them make up
  // the whole.
  if (lengths.reduce((sum, length) => sum + length, count * LENGTH_UNITS) !== units) {
    return undefined;
  }
  return { kind, values: lengths.map((length) => text.read(u16, length)) };
}

/** Units that say how long a value is, the lower one first. */
const LENGTH_UNITS = 2;

/**
 * The units of a text one after the other: the first ones stand in the head, the others in the
 * extent.
 */
class SplitText {
  /** Index in `u16` of the next unit. */
  #at: number;
  /** How many more units stand there side by side. */
  #left = L_TEXT_UNITS;
  /** Index in `u16` of the extent. */
  readonly #rest: number;

  constructor(block: number, extent: number) {
    this.#at = (block * 2 + L_TEXT) * 2;
    this.#rest = extent * 4;
  }

  writeLength(u16: Uint16Array, length: number): void {
    u16[this.#pass(1)] = length & 0xffff;
    u16[this.#pass(1)] = length >>> 16;
  }

  readLength(u16: Uint16Array): number {
    const low = u16[this.#pass(1)];
    return low + u16[this.#pass(1)] * 2 ** 16;
  }

  write(u16: Uint16Array, text: string): void {
    for (let done = 0; done < text.length;) {
      const count = this.#near(text.length - done);
      const start = this.#pass(count);
      for (let n = 0; n < count; n++) u16[start + n] = text.charCodeAt(done + n);
      done += count;
    }
  }

  read(u16: Uint16Array, length: number): string {
    let text = "";
    for (let done = 0; done < length;) {
      // Of both parts in one go: a string that was put together of two costs whoever compares it.
      const units: number[] = [];
      const end = Math.min(length, done + CHUNK);
      while (done < end) {
        const count = this.#near(end - done);
        const start = this.#pass(count);
        for (let n = 0; n < count; n++) units.push(u16[start + n]);
        done += count;
      }
      text += String.fromCharCode(...units);
    }
    return text;
  }

  /** How many of the next units stand side by side. */
  #near(most: number): number {
    return Math.min(most, this.#left === 0 ? most : this.#left);
  }

  /** Passes by some of them, and returns the index of the first one. */
  #pass(count: number): number {
    if (this.#left === 0) {
      this.#at = this.#rest;
      this.#left = Infinity;
    }
    this.#left -= count;
    this.#at += count;
    return this.#at - count;
  }
}
