/**
 * A reader's cache of the cell segments of one metric, by slot and segment. A segment never moves,
 * so an entry is good for the life of the memory.
 *
 * @module
 */
import type { Views } from "../memory/arena.ts";
import { blockViews } from "../memory/arena.ts";
import { capacityOf } from "../memory/segments.ts";
import type { SharedParts } from "./accumulator.ts";
import type { CellPlace } from "../threads/cell_segments.ts";

/** How a kind of metric lays out a segment. */
export interface SegmentLayout<Segment> {
  /** The size in bytes of a segment of `capacity` buckets. */
  bytes(capacity: number): number;
  /** What a reader keeps of the segment at byte offset `start`: `views`, and indices in them. */
  view(views: Views, start: number, capacity: number): Segment;
}

/** Finds segments for a reader. Any thread; private to one accumulator. */
export class SegmentViews<Segment> {
  readonly #shared: Pick<SharedParts, "arena" | "cells">;
  readonly #place: CellPlace;
  readonly #layout: SegmentLayout<Segment>;
  /**
   * By segment, then by slot. One array of both would be full of holes, which V8 makes a hash table
   * of.
   */
  readonly #segments: (Segment | undefined)[][] = [];

  constructor(
    shared: Pick<SharedParts, "arena" | "cells">,
    place: CellPlace,
    layout: SegmentLayout<Segment>,
  ) {
    this.#shared = shared;
    this.#place = place;
    this.#layout = layout;
  }

  /** A segment of the thread in `slot`; `undefined` while the thread has none. */
  find(slot: number, segment: number): Segment | undefined {
    return this.#segments[segment]?.[slot] ?? this.#view(slot, segment);
  }

  /** The size in bytes of a segment of the thread in `slot`; 0 while the thread has none. */
  bytesOf(slot: number, segment: number): number {
    if (this.find(slot, segment) === undefined) return 0;
    return this.#layout.bytes(capacityOf(segment, this.#place.shift));
  }

  #view(slot: number, segment: number): Segment | undefined {
    const start = this.#shared.cells.findForReader(slot, this.#place, segment);
    if (start === 0) return undefined;
    const capacity = capacityOf(segment, this.#place.shift);
    const views = blockViews(this.#shared.arena, start, this.#layout.bytes(capacity));
    const view = this.#layout.view(views, start, capacity);
    (this.#segments[segment] ??= [])[slot] = view;
    return view;
  }
}
