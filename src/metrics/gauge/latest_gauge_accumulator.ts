/**
 * Gauges of which the value that was set last counts, the reading side. The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import type { Arena } from "../../memory/arena.ts";
import type { CellSegments } from "../../threads/cell_segments.ts";
import type { SlotDirectory } from "../../threads/slot_directory.ts";
import { saturate } from "../../base/saturate.ts";
import type { Cells } from "../accumulator.ts";
import {
  LATEST_KERNEL,
  LATEST_LAYOUT,
  LATEST_STAMP,
  LATEST_TENURE,
  LATEST_VALUE,
} from "./latest_gauge_writer.ts";
import { RecordAccumulator } from "../record/record_accumulator.ts";

/** Reads one thread's value and stamp. */
class LatestRecord extends RecordAccumulator {
  /** Whether the thread in `slot` is live and has set a value in this epoch, which then stands in `copy`. */
  look(
    slot: number,
    segment: number,
    offset: number,
    options: { epoch: number; control: number },
  ): boolean {
    return this.fetch(slot, segment, offset, options.epoch) &&
      this.copy[LATEST_TENURE] === options.control;
  }

  get latest(): { value: number; stamp: number } {
    return { value: this.copy[LATEST_VALUE], stamp: this.copy[LATEST_STAMP] };
  }
}

/** Finds the value that was set last. */
export class LatestGaugeAccumulator implements Cells<number> {
  readonly #record: LatestRecord;
  readonly #slots: SlotDirectory;
  #value = 0;
  #stamp = 0;

  constructor(
    { arena, cells, slots }: { arena: Arena; cells: CellSegments; slots: SlotDirectory },
    { metric, shift }: { metric: number; shift: number },
  ) {
    this.#record = new LatestRecord(arena, cells, {
      metric,
      shift,
      layout: LATEST_LAYOUT,
      kernel: LATEST_KERNEL,
    });
    this.#slots = slots;
  }

  reset(): void {
    this.#value = 0;
    this.#stamp = 0;
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const control = this.#slots.activeControl(slot);
    if (!this.#record.look(slot, segment, offset, { epoch, control })) return false;
    const { value, stamp } = this.#record.latest;
    this.#combine(saturate(value), stamp);
    return true;
  }

  absorb(other: this): void {
    this.#combine(other.#value, other.#stamp);
  }

  value(): number {
    return this.#value;
  }

  #combine(value: number, stamp: number): void {
    if (stamp <= this.#stamp) return;
    this.#value = value;
    this.#stamp = stamp;
  }
}
