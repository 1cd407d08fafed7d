/**
 * Gauges, the reading side. The protocol is in `gauge_writer.ts`.
 *
 * @module
 */
import type { Arena, Views } from "../../memory/arena.ts";
import { blockViews } from "../../memory/header.ts";
import { DIRECTORY, longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf } from "../../memory/segments.ts";
import { saturate } from "../../base/saturate.ts";
import type { CellSegments } from "../../threads/cell_segments.ts";
import type { SlotDirectory } from "../../threads/slot_directory.ts";
import type { Cells } from "../accumulator.ts";
import { gaugeSegmentParts } from "./gauge_layout.ts";
import { identityOf } from "../record/record_layout.ts";

/** A gauge segment as a reader sees it: indices in the views. */
interface Segment {
  readonly views: Views;
  readonly values: number;
  readonly tags: number;
  readonly tenures: number;
}

/** What a reader of gauges needs to know of its metric. */
export interface GaugeAccumulatorOptions {
  /** The metric's number. */
  metric: number;
  /** `log2` of the first segment's size. */
  shift: number;
  /** How the threads' values become one. */
  aggregate: "sum" | "min" | "max";
}

/** Adds up a gauge. */
export class GaugeAccumulator implements Cells<number> {
  readonly #arena: Arena;
  readonly #cells: CellSegments;
  readonly #slots: SlotDirectory;
  readonly #options: GaugeAccumulatorOptions;
  readonly #segments: (Segment | undefined)[] = [];
  #total = 0;

  constructor(
    { arena, cells, slots }: { arena: Arena; cells: CellSegments; slots: SlotDirectory },
    options: GaugeAccumulatorOptions,
  ) {
    this.#arena = arena;
    this.#cells = cells;
    this.#slots = slots;
    this.#options = options;
    this.reset();
  }

  reset(): void {
    this.#total = identityOf(this.#options.aggregate);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const found = this.#segments[slot * DIRECTORY + segment] ?? this.#view(slot, segment);
    if (found === undefined) return false;
    const { i32, f64 } = found.views;
    // SeqCst, both; pair with the stores in `SingleWriterGauge`: the value below is not older than tenure and tag.
    if (Atomics.load(i32, found.tenures + offset) !== this.#slots.activeControl(slot)) return false;
    if (Atomics.load(i32, found.tags + offset) !== epoch) return false;
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
    const { aggregate } = this.#options;
    if (aggregate === "sum") this.#total = saturate(this.#total + value);
    else if (aggregate === "min" ? value < this.#total : value > this.#total) this.#total = value;
  }

  #view(slot: number, segment: number): Segment | undefined {
    const start = this.#cells.find(slot, this.#options.metric, segment);
    if (start === 0) return undefined;
    const parts = gaugeSegmentParts(capacityOf(segment, this.#options.shift));
    return this.#segments[slot * DIRECTORY + segment] = {
      views: blockViews(this.#arena, start, parts.bytes),
      values: longIndex(start + parts.values),
      tags: wordIndex(start + parts.tags),
      tenures: wordIndex(start + parts.tenures),
    };
  }
}
