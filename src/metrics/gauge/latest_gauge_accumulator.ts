/**
 * Gauges whose latest value counts, the reading side. The protocol is in `record_publisher.ts`.
 *
 * @module
 */
import { saturate } from "../../base/saturate.ts";
import type { SlotDirectory } from "../../threads/slot_directory.ts";
import type { Accumulator, SharedParts } from "../accumulator.ts";
import type { CellPlace } from "../../threads/cell_segments.ts";
import { RecordAccumulator } from "../record/record_accumulator.ts";
import {
  LATEST_KERNEL,
  LATEST_LAYOUT,
  LATEST_STAMP,
  LATEST_TENURE,
  LATEST_VALUE,
} from "./latest_gauge_layout.ts";

/** Reads the value and the stamp of one thread. */
class LatestRecord extends RecordAccumulator {
  /**
   * Copies what the thread in `slot` has set, if it has set a value in this epoch and its tenure is
   * the one with the control word `control`.
   */
  observe(
    slot: number,
    segment: number,
    offset: number,
    { epoch, control }: { epoch: number; control: number },
  ): boolean {
    return this.fetch(slot, segment, offset, epoch) && this.copy[LATEST_TENURE] === control;
  }

  /** What was copied. */
  get latest(): { value: number; stamp: number } {
    return { value: this.copy[LATEST_VALUE], stamp: this.copy[LATEST_STAMP] };
  }
}

/** Finds the value that was set last. Any thread. */
export class LatestGaugeAccumulator implements Accumulator<number> {
  readonly #record: LatestRecord;
  readonly #slots: SlotDirectory;
  #value = 0;
  #stamp = 0;

  constructor(shared: SharedParts, place: CellPlace) {
    this.#record = new LatestRecord(shared, {
      ...place,
      layout: LATEST_LAYOUT,
      kernel: LATEST_KERNEL,
    });
    this.#slots = shared.slots;
  }

  reset(): void {
    this.#value = 0;
    this.#stamp = 0;
  }

  bytesOf(slot: number, segment: number): number {
    return this.#record.bytesOf(slot, segment);
  }

  merge(slot: number, segment: number, offset: number, epoch: number): boolean {
    const control = this.#slots.activeControl(slot);
    if (!this.#record.observe(slot, segment, offset, { epoch, control })) return false;
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
