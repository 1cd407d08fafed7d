/**
 * Exemplars, the reading side. The protocol is in `exemplar_writer.ts`.
 *
 * @module
 */
import { type Arena, blockViews, type Views } from "../../memory/arena.ts";
import { isUsed } from "../../memory/first_use.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import type { CellColumn } from "../../threads/cell_segments.ts";
import type { SharedParts } from "../accumulator.ts";
import type { CellsOfSegment } from "../bucket_totals.ts";
import { SegmentViews } from "../segment_views.ts";
import type { Exemplar } from "./exemplar.ts";
import {
  type CopiedLabels,
  copyExemplarLabels,
  damagedExemplar,
  decodeExemplarLabels,
} from "./exemplar_labels.ts";
import {
  EXEMPLAR_CELL_BYTES,
  EXEMPLAR_COUNT,
  EXEMPLAR_EPOCH,
  EXEMPLAR_SLOT_BYTES,
  EXEMPLAR_STAMP,
  EXEMPLAR_TIME,
  EXEMPLAR_VALUE,
  exemplarBlockBytes,
  exemplarSegmentBytes,
  MAX_EXEMPLAR_LABELS,
  PLACE_CELL,
  PLACE_VERSION,
  PLACE_WORDS,
} from "./exemplar_layout.ts";

/**
 * How many copies of a cell a reader makes before it gives up. A copy takes less time than an
 * exemplar, so a writer in a tight loop seldom overtakes a reader even twice.
 */
const TRIES = 64;

/** A segment of references to blocks: the view, and the index of the first reference. */
interface ExemplarSegment {
  readonly i32: Int32Array;
  readonly references: number;
}

/** An exemplar, and where it was found. */
export interface FoundExemplar {
  /** The slot of the thread that gave it. */
  readonly slot: number;
  /** The number of its place in the bucket. */
  readonly place: number;
  /** Its position in the order of all exemplars of the metric. */
  readonly stamp: number;
  readonly exemplar: Exemplar;
}

/** Reads the exemplars of one metric. Any thread; private to one reader. */
export class ExemplarReader {
  readonly #arena: Arena;
  readonly #segments: SegmentViews<ExemplarSegment>;
  readonly #used: number;
  readonly #places: number;
  // The latest copy of a slot.
  #epoch = 0;
  #value = 0;
  #time = 0;
  #stamp = 0;
  readonly #labels: CopiedLabels = {
    count: 0,
    lengths: new Uint16Array(MAX_EXEMPLAR_LABELS),
    text: "",
  };

  constructor(shared: Pick<SharedParts, "arena" | "cells">, cells: CellColumn, places: number) {
    this.#arena = shared.arena;
    this.#segments = new SegmentViews(shared, cells, {
      bytes: exemplarSegmentBytes,
      view: ({ i32 }, start) => ({ i32, references: wordIndex(start) }),
    });
    this.#used = cells.used;
    this.#places = places;
  }

  /** Whether the metric may have exemplars. While it has none, this is all that a reader does. */
  get isUsed(): boolean {
    return isUsed(this.#arena, this.#used);
  }

  /**
   * The exemplars of a bucket in one epoch. To show only exemplars of counted updates, call this
   * before the counts are read.
   *
   * @throws {TypeError} When the memory is damaged.
   */
  read({ segment, slots, spend }: CellsOfSegment, offset: number, epoch: number): FoundExemplar[] {
    const found: FoundExemplar[] = [];
    const blockBytes = exemplarBlockBytes(this.#places);
    for (const slot of slots) {
      const references = this.#segments.find(slot, segment);
      if (references === undefined) continue;
      // SeqCst, this load and that of the cell's reference; pair with the compare-exchange in
      // `ExemplarWriter.#ensure`: whoever sees a reference also sees that the memory has grown.
      const block = this.#load(references.i32, references.references + offset);
      if (block === 0) continue;
      spend?.(blockBytes);
      const { i32 } = blockViews(this.#arena, block, blockBytes);
      for (let place = 0; place < this.#places; place++) {
        const words = wordIndex(block) + place * PLACE_WORDS;
        const cell = this.#load(i32, words + PLACE_CELL);
        if (cell === 0) continue;
        spend?.(EXEMPLAR_CELL_BYTES);
        const views = blockViews(this.#arena, cell, EXEMPLAR_CELL_BYTES);
        if (!this.#take(views, cell, words + PLACE_VERSION) || this.#epoch !== epoch) continue;
        found.push({ slot, place, stamp: this.#stamp, exemplar: this.#decode() });
      }
    }
    return found;
  }

  /** Copies the latest exemplar of a cell. False if others have overtaken each of the copies. */
  #take(views: Views, cell: number, version: number): boolean {
    const { i32 } = views;
    for (let tries = 0; tries < TRIES; tries++) {
      // SeqCst; pairs with the publication in `ExemplarWriter.write`: the slot is not older than
      // the version.
      const before = Atomics.load(i32, version);
      this.#copy(views, cell + (before & 1) * EXEMPLAR_SLOT_BYTES);
      // SeqCst read-modify-write, as in `RecordAccumulator.#take`: on AArch64 a load could be
      // served before the loads of the copy, which could then have a part of a later exemplar.
      if (Atomics.add(i32, version, 0) === before) return true;
    }
    return false;
  }

  /** Copies a slot. Unordered: the caller confirms the copy. */
  #copy({ i32, f64, u16 }: Views, slot: number): void {
    this.#epoch = i32[wordIndex(slot) + EXEMPLAR_EPOCH];
    this.#value = f64[longIndex(slot) + EXEMPLAR_VALUE];
    this.#time = f64[longIndex(slot) + EXEMPLAR_TIME];
    this.#stamp = f64[longIndex(slot) + EXEMPLAR_STAMP];
    copyExemplarLabels(u16, slot / 2, i32[wordIndex(slot) + EXEMPLAR_COUNT], this.#labels);
  }

  /** The exemplar of the latest copy, which was confirmed. */
  #decode(): Exemplar {
    const value = this.#value;
    const time = this.#time;
    if (!(value >= 0 && value < Infinity && Number.isFinite(time))) throw damagedExemplar();
    return { labels: decodeExemplarLabels(this.#labels), value, time };
  }

  #load(i32: Int32Array, word: number): number {
    return (Atomics.load(i32, word) >>> 0) * 8;
  }
}

/**
 * The latest exemplar of each place, in the order in which they were given; `undefined` if there is
 * none.
 */
export function latestOf(found: readonly FoundExemplar[]): Exemplar[] | undefined {
  if (found.length === 0) return undefined;
  const latest = new Map<number, FoundExemplar>();
  for (const one of found) {
    const other = latest.get(one.place);
    if (other === undefined || one.stamp > other.stamp) latest.set(one.place, one);
  }
  return [...latest.values()].sort((one, other) => one.stamp - other.stamp)
    .map(({ exemplar }) => exemplar);
}
