/**
 * The text of a bucket's labels in shared memory: the lengths of the values, then their UTF-16 code
 * units. The values are well-formed Unicode; see `labelled_buckets.ts`. The text begins in a label
 * head, a block of one line, and continues in an extent of the arena (`memory/extents.ts`).
 *
 * The two are recycled differently. A head is a head for ever, because helpers that slept may read
 * it at any time. An extent can become any other memory, so its readers check afterwards that the
 * bucket still has the text.
 *
 * A head also says for which creation it was made (`L_STAMP`, `L_METRIC`, `L_ID`, `L_EPOCH`), so
 * that any thread can finish that creation; see `label_log.ts`.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import { freeLabelHead, takeLabelHead } from "../memory/free_lists.ts";
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

/** A bucket without labels, made by `create()`. */
export const ANONYMOUS = 0;
/** A bucket with labels. */
export const LABELLED = 1;
/** The overflow series: one bucket for all labels beyond `maxSeries` or `maxLabelLength`. */
export const OVERFLOW = 2;
/** What kind of bucket a label head belongs to. */
export type LabelKind = typeof ANONYMOUS | typeof LABELLED | typeof OVERFLOW;

/** The labels of the overflow series, as OpenTelemetry names it. */
export const OVERFLOW_LABELS: Readonly<Record<string, string>> = Object.freeze({
  otel_metric_overflow: "true",
});

/**
 * Takes a label head and writes the values into it and its extent. Any thread. Other threads do not
 * see the head before it is appended to the log, so plain stores are enough.
 *
 * @throws {RangeError} When the arena is full.
 */
export function writeLabels(arena: Arena, kind: LabelKind, values: readonly string[]): number {
  const units = values.reduce((sum, value) => sum + value.length, values.length * LENGTH_UNITS);
  const head = takeLabelHead(arena);
  Atomics.store(arena.views(head * 8 + LINE).i32, head * 2 + L_STAMP, 0);
  let extent = 0;
  try {
    extent = units > L_TEXT_UNITS ? arena.borrow((units - L_TEXT_UNITS) * 2) / 8 : 0;
  } catch (error) {
    freeLabelHead(arena, head);
    throw error;
  }
  const { i32, u16 } = arena.views(extent * 8 + (units - L_TEXT_UNITS) * 2);
  const words = head * 2;
  i32[words + L_KIND] = kind;
  i32[words + L_UNITS] = units;
  i32[words + L_EXTENT] = extent;
  const text = new SplitText(head, extent);
  for (const { length } of values) text.writeLength(u16, length);
  for (const value of values) text.write(u16, value);
  return head;
}

/**
 * Notes for which creation the head is. Any thread, but only the one that holds the head. SeqCst,
 * and the stamp last; pairs with the loads in `LabelLog.finish`: a thread that sees the stamp sees
 * the rest.
 */
export function addressLabels(
  arena: Arena,
  head: number,
  creation: { metric: number; id: number; epoch: number; stamp: number },
): void {
  const { i32 } = arena.views();
  const words = head * 2;
  Atomics.store(i32, words + L_METRIC, creation.metric);
  Atomics.store(i32, words + L_ID, creation.id);
  Atomics.store(i32, words + L_EPOCH, creation.epoch);
  Atomics.store(i32, words + L_STAMP, creation.stamp);
}

/** Frees the text of a dead bucket. Any thread, but only the one that ended the bucket's life. */
export function freeLabels(arena: Arena, head: number): void {
  const { i32 } = arena.views(head * 8 + LINE);
  const words = head * 2;
  // SeqCst, first of all; pairs with the load in `LabelLog.finish`: a late helper of the old
  // creation must not take the head's next address for the old one.
  Atomics.store(i32, words + L_STAMP, 0);
  const extent = i32[words + L_EXTENT] >>> 0;
  if (extent !== 0) arena.giveBack(extent * 8, (i32[words + L_UNITS] - L_TEXT_UNITS) * 2);
  freeLabelHead(arena, head);
}

/**
 * Reads a text. Any thread. Other threads may free and overwrite it meanwhile, so the caller checks
 * afterwards that the bucket still has it. Never reads outside the memory.
 *
 * @returns `undefined` when what was read is no text.
 */
export function readLabels(
  arena: Arena,
  head: number,
  count: number,
): { kind: LabelKind; values: string[] } | undefined {
  const words = head * 2;
  const { i32: heads } = arena.views(head * 8 + LINE);
  if (head * 8 + LINE > heads.byteLength) return undefined;
  const kind = Atomics.load(heads, words + L_KIND);
  if (kind === ANONYMOUS || kind === OVERFLOW) return { kind, values: [] };
  if (kind !== LABELLED) return undefined;
  const units = Atomics.load(heads, words + L_UNITS);
  const extent = Atomics.load(heads, words + L_EXTENT) >>> 0;
  if (units < count * LENGTH_UNITS || (units > L_TEXT_UNITS && extent === 0)) return undefined;
  const end = extent * 8 + (units - L_TEXT_UNITS) * 2;
  const { u16 } = arena.views(end);
  if (units > L_TEXT_UNITS && end > u16.byteLength) return undefined;
  const text = new SplitText(head, extent);
  const lengths = Array.from({ length: count }, () => text.readLength(u16));
  // The words may belong to another text by now: the lengths are accepted only if they add up to
  // the whole.
  if (lengths.reduce((sum, length) => sum + length, count * LENGTH_UNITS) !== units) {
    return undefined;
  }
  return { kind, values: lengths.map((length) => text.read(u16, length)) };
}

/** Number of units that hold the length of a value, the lower one first. */
const LENGTH_UNITS = 2;

/**
 * A cursor over the units of a text: the first ones are in the head, the others in the extent.
 * Never shared between threads.
 */
class SplitText {
  /** Index in `u16` of the next unit. */
  #at: number;
  /** Number of units from there on that are contiguous. */
  #left = L_TEXT_UNITS;
  /** Index in `u16` of the extent. */
  readonly #rest: number;

  constructor(head: number, extent: number) {
    this.#at = (head * 2 + L_TEXT) * 2;
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
      const count = this.#contiguous(text.length - done);
      const start = this.#pass(count);
      for (let n = 0; n < count; n++) u16[start + n] = text.charCodeAt(done + n);
      done += count;
    }
  }

  read(u16: Uint16Array, length: number): string {
    let text = "";
    for (let done = 0; done < length;) {
      // Units of both parts in one call: engines would join two strings lazily, which makes the
      // first comparison expensive.
      const units: number[] = [];
      const end = Math.min(length, done + CHUNK);
      while (done < end) {
        const count = this.#contiguous(end - done);
        const start = this.#pass(count);
        for (let n = 0; n < count; n++) units.push(u16[start + n]);
        done += count;
      }
      text += String.fromCharCode(...units);
    }
    return text;
  }

  /** How many of the next `most` units are contiguous. */
  #contiguous(most: number): number {
    return Math.min(most, this.#left === 0 ? most : this.#left);
  }

  /** Moves over `count` contiguous units, and returns the index of the first one. */
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
