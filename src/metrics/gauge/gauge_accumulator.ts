/**
 * Gauges, the reading side. The protocol is in `gauge_writer.ts`.
 *
 * @module
 */
import { saturate } from "../../base/saturate.ts";
import type { Views } from "../../memory/arena.ts";
import { longIndex, wordIndex } from "../../memory/layout.ts";
import type { SlotDirectory } from "../../threads/slot_directory.ts";
import type { Accumulator, SharedParts } from "../accumulator.ts";
import type { CellPlace } from "../../threads/cell_segments.ts";
import { identityOf } from "../record/record_layout.ts";
import { SegmentViews } from "../segment_views.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";

/** A segment of gauges: the views, and indices in them. */
interface GaugeSegment {
  readonly views: Views;
  readonly values: number;
  readonly tags: number;
  readonly tenures: number;
}

/** What an accumulator of gauges needs to know of its metric. */
export interface GaugeAccumulatorOptions extends CellPlace {
  /** How the values of the threads merge into one. */
  readonly aggregate: "sum" | "min" | "max";
}

/** Adds up a gauge. Any thread. */
export class GaugeAccumulator implements Accumulator<number> {
  readonly #segments: SegmentViews<GaugeSegment>;
  readonly #slots: SlotDirectory;
  readonly #aggregate: "sum" | "min" | "max";
  #total = 0;

  constructor(shared: SharedParts, options: GaugeAccumulatorOptions) {
    this.#segments = new SegmentViews(shared, options, {
      bytes: (capacity) => gaugeSegmentParts(capacity).bytes,
      view: (views, start, capacity) => {
        const parts = gaugeSegmentParts(capacity);
        return {
          views,
          values: longIndex(start + parts.values),
          tags: wordIndex(start + parts.tags),
          tenures: wordIndex(start + parts.tenures),
        };
      },
    });
    this.#slots = shared.slots;
    this.#aggregate = options.aggregate;
    this.reset();
  }

  reset(): void {
    this.#total = identityOf(this.#aggregate);
  }

  bytesOf(slot: number, segment: number): number {
    return this.#segments.bytesOf(slot, segment);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments.find(slot, segment);
    if (found === undefined) return false;
    const { i32, f64 } = found.views;
    // SeqCst, both; pair with the stores in `SingleWriterGauge`: the value that is loaded below is
    // not older than the tenure and the tag.
    if (Atomics.load(i32, found.tenures + offset) !== this.#slots.activeControl(slot)) return false;
    if (Atomics.load(i32, found.tags + offset) !== epoch) return false;
    // Unordered; pairs with the stores in `SingleWriterGauge`. Does not tear.
    this.#combine(saturate(f64[found.values + offset]));
    return true;
  }

  absorb(other: this): void {
    this.#combine(other.#total);
  }

  value(): number {
    return this.#total;
  }

  #combine(value: number): void {
    const aggregate = this.#aggregate;
    if (aggregate === "sum") this.#total = saturate(this.#total + value);
    else if (aggregate === "min" ? value < this.#total : value > this.#total) this.#total = value;
  }
}
