/**
 * Counters, the reading side. The protocol is in `counter_writer.ts`.
 *
 * @module
 */
import type { Arena, Views } from "../../memory/arena.ts";
import { fence } from "../../memory/fence.ts";
import { blockViews } from "../../memory/header.ts";
import { DIRECTORY, longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { saturate } from "../../base/saturate.ts";
import type { CellSegments } from "../../threads/cell_segments.ts";
import type { Cells } from "../accumulator.ts";
import { counterSegmentParts } from "./counter_layout.ts";

/** A counter segment as a reader sees it: indices in the views. */
interface Segment {
  readonly views: Views;
  readonly cells: number;
  readonly tags: number;
}

/** Adds up a counter. */
export class CounterAccumulator implements Cells<number> {
  readonly #arena: Arena;
  readonly #cells: CellSegments;
  readonly #metric: number;
  readonly #shift: number;
  readonly #segments: (Segment | undefined)[] = [];
  #total = 0;
  #totals = new Float64Array(0);
  #isCurrent = new Uint8Array(0);

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
    // SeqCst; pairs with the store of the tag in `SingleWriterCounter`: the value below is not older than the tag.
    if (Atomics.load(found.views.i32, found.tags + offset) !== epoch) return false;
    // Unordered; pairs with the store in `SingleWriterCounter.add`. Does not tear.
    this.#total += saturate(found.views.f64[found.cells + offset]);
    return true;
  }

  absorb(other: this): void {
    this.#total += other.#total;
  }

  value(): number {
    return saturate(this.#total);
  }

  /** Thread by thread, as their cells stand in memory, and with one fence for all tags in place of a SeqCst load for each. */
  totals(slots: number, segment: number, offset: number, epochs: Int32Array): Float64Array {
    const count = epochs.length;
    if (this.#totals.length < count) {
      this.#totals = new Float64Array(count);
      this.#isCurrent = new Uint8Array(count);
    }
    const totals = this.#totals.fill(0);
    const isCurrent = this.#isCurrent;
    for (let slot = 0; slot < slots; slot++) {
      const found = this.#segments[slot * DIRECTORY + segment] ?? this.#view(slot, segment);
      if (found === undefined) continue;
      const { views: { i32, f64 } } = found;
      const tags = found.tags + offset;
      const cells = found.cells + offset;
      // Unordered; pair with the stores of the tags in `SingleWriterCounter`. A cell never written has the tag 0, which is no live epoch.
      for (let n = 0; n < count; n++) isCurrent[n] = i32[tags + n] === epochs[n] ? 1 : 0;
      // Without it a value could be older than its tag: of before a clear.
      fence();
      for (let n = 0; n < count; n++) {
        // Unordered; pairs with the store in `SingleWriterCounter.add`. Does not tear.
        if (isCurrent[n] === 1) totals[n] += f64[cells + n];
      }
    }
    // At the end, as counters are not negative: nothing takes from an infinity.
    for (let n = 0; n < count; n++) totals[n] = saturate(totals[n]);
    return totals;
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
