/**
 * Counters, the reading side. The protocol is in `own_counter.ts`.
 *
 * @module
 */
import type { Arena, Views } from "../memory/arena.ts";
import { blockViews } from "../memory/format.ts";
import { DIRECTORY, longIndex, wordIndex } from "../memory/layout.ts";
import { capacityOf } from "../memory/segments.ts";
import type { CellSegments } from "../threads/cell_segments.ts";
import type { Cells } from "./cells.ts";
import { counterSegmentParts } from "./counter_layout.ts";

/** A counter segment as a reader sees it: indices in the views. */
interface Segment {
  readonly views: Views;
  readonly cells: number;
  readonly tags: number;
}

/** Adds up a counter. */
export class CounterCells implements Cells<number> {
  readonly #arena: Arena;
  readonly #cells: CellSegments;
  readonly #metric: number;
  readonly #shift: number;
  readonly #segments: (Segment | undefined)[] = [];
  #total = 0;

  constructor(arena: Arena, cells: CellSegments, metric: number, shift: number) {
    this.#arena = arena;
    this.#cells = cells;
    this.#metric = metric;
    this.#shift = shift;
  }

  reset(): void {
    this.#total = 0;
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments[slot * DIRECTORY + segment] ?? this.#view(slot, segment);
    if (found === undefined) return false;
    // SeqCst; pairs with the store of the tag in `OwnCounter`: the value below is not older than the tag.
    if (Atomics.load(found.views.i32, found.tags + offset) !== epoch) return false;
    // Unordered; pairs with the store in `OwnCounter.add`. Does not tear.
    this.#total += found.views.f64[found.cells + offset];
    return true;
  }

  value(): number {
    return this.#total;
  }

  #view(slot: number, segment: number): Segment | undefined {
    const start = this.#cells.find(slot, this.#metric, segment);
    if (start === 0) return undefined;
    const parts = counterSegmentParts(capacityOf(segment, this.#shift));
    return this.#segments[slot * DIRECTORY + segment] = {
      views: blockViews(this.#arena, start, parts.bytes),
      cells: longIndex(start + parts.cells),
      tags: wordIndex(start + parts.tags),
    };
  }
}
