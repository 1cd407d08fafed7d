/**
 * Counters, the reading side. The protocol is in `counter_writer.ts`.
 *
 * @module
 */
import { saturate } from "../../base/saturate.ts";
import type { Views } from "../../memory/arena.ts";
import { fence } from "../../memory/fence.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import type { Accumulator, SharedParts } from "../accumulator.ts";
import type { CellPlace } from "../../threads/cell_segments.ts";
import { SegmentViews } from "../segment_views.ts";
import { counterSegmentParts } from "./counter_layout.ts";

/** A segment of counters: the views, and indices in them. */
interface CounterSegment {
  readonly views: Views;
  readonly cells: number;
  readonly tags: number;
}

/** Adds up a counter. Any thread. */
export class CounterAccumulator implements Accumulator<number> {
  readonly #segments: SegmentViews<CounterSegment>;
  #total = 0;
  // For `totals()`.
  #totals = new Float64Array(0);
  #isCurrent = new Uint8Array(0);

  constructor(shared: Pick<SharedParts, "arena" | "cells">, place: CellPlace) {
    this.#segments = new SegmentViews(shared, place, {
      bytes: (capacity) => counterSegmentParts(capacity).bytes,
      view: (views, start, capacity) => {
        const parts = counterSegmentParts(capacity);
        return {
          views,
          cells: longIndex(start + parts.cells),
          tags: wordIndex(start + parts.tags),
        };
      },
    });
  }

  reset(): void {
    this.#total = 0;
  }

  bytesOf(slot: number, segment: number): number {
    return this.#segments.bytesOf(slot, segment);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments.find(slot, segment);
    if (found === undefined) return false;
    // SeqCst; pairs with the store of the tag in `CellWriter.setTag`: the value that is loaded
    // below is not older than the tag.
    if (Atomics.load(found.views.i32, found.tags + offset) !== epoch) return false;
    // Unordered; pairs with the store in `SingleWriterCounter.add`. Does not tear.
    this.#total += saturate(found.views.f64[found.cells + offset]);
    return true;
  }

  absorb(other: this): void {
    this.#total += other.#total;
  }

  absorbTotal(total: number): void {
    this.#total += total;
  }

  value(): number {
    return saturate(this.#total);
  }

  /**
   * Reads thread by thread, in the order in which cells stand in memory. One fence orders all tags
   * of a thread before all its values, in place of a SeqCst load for each tag.
   */
  totals(
    slots: readonly number[],
    segment: number,
    offset: number,
    epochs: Int32Array,
  ): Float64Array {
    const count = epochs.length;
    if (this.#totals.length < count) {
      this.#totals = new Float64Array(count);
      this.#isCurrent = new Uint8Array(count);
    }
    const totals = this.#totals.fill(0);
    const isCurrent = this.#isCurrent;
    for (const slot of slots) {
      const found = this.#segments.find(slot, segment);
      if (found === undefined) continue;
      const { views: { i32, f64 } } = found;
      const tags = found.tags + offset;
      const cells = found.cells + offset;
      // Unordered; pair with the stores of the tags in `CellWriter.setTag`. A cell that was never
      // written has the tag 0, which is no live bucket's epoch.
      for (let n = 0; n < count; n++) isCurrent[n] = i32[tags + n] === epochs[n] ? 1 : 0;
      // Orders the tags before the values. Without it a value could be from before a clear, and its
      // tag from after it.
      fence();
      for (let n = 0; n < count; n++) {
        // Unordered; pairs with the store in `SingleWriterCounter.add`. Does not tear.
        if (isCurrent[n] === 1) totals[n] += f64[cells + n];
      }
    }
    // Only at the end: counters are not negative, so an infinite sum stays infinite.
    for (let n = 0; n < count; n++) totals[n] = saturate(totals[n]);
    return totals;
  }
}
