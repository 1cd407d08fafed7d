/**
 * When series began to count: what tells a collector that a total starts again from nothing.
 *
 * The memory holds no times: a bucket has an epoch alone, which is another one after each `clear`, `destroy` and new creation. An exporter that
 * looks again and again knows this much: a series with an epoch that it has not seen began after its last look. That look's time is a
 * start in the sense of OpenMetrics and OpenTelemetry: later than all that the former series counted, and not later than
 * the first count of this one. What is there at the first look has counted since the statistics began.
 *
 * The wall clock may be set between two looks. A collector takes another start for a new series,
 * and one that ends before it starts for nonsense. So the times that an exporter tells never go
 * back, and what lies between two of them is what the steady clock says:
 *
 * - The clock is set forward, or the machine has slept: the times follow it, and a gap remains
 *   between two looks.
 * - It is set back: the times go on from where they were, ahead of it.
 *
 * @module
 */
import { elapsed, setBetween } from "../snapshots/elapsed.ts";
import type { SnapshotData } from "../snapshots/snapshot.ts";
import type { Row } from "./families.ts";

/** The time from one look to the next, in milliseconds since 1970. */
export interface Look {
  /**
   * The look before; the start of the statistics at the first one. Not a number when nobody knows.
   */
  readonly since: number;
  /** This look. */
  readonly at: number;
}

/** The start times of one exporter's series. Memory: 16 bytes for each bucket id. */
export class StartTimes {
  readonly #metrics = new Map<string, { epochs: number[]; starts: number[] }>();
  /** The last look: the snapshot, and the time that was told of it. */
  #last: { snapshot: SnapshotData; at: number } | undefined;

  /** Learns which series a snapshot has. To be called once for each snapshot, in the order in which they were taken. */
  look(snapshot: SnapshotData): Look {
    const look = this.#timeOf(snapshot);
    const start = look.since;
    for (const [metric, { series }] of Object.entries(snapshot.metrics)) {
      let known = this.#metrics.get(metric);
      if (known === undefined) this.#metrics.set(metric, known = { epochs: [], starts: [] });
      const { epochs, starts } = known;
      for (const { id, epoch } of series) {
        // The ids are the smallest that are free, and come in rising order: but for gaps the arrays are dense.
        while (epochs.length < id) {
          epochs.push(0);
          starts.push(0);
        }
        if (epochs[id] === epoch) continue;
        epochs[id] = epoch;
        starts[id] = start;
      }
    }
    this.#last = { snapshot, at: look.at };
    return look;
  }

  #timeOf(snapshot: SnapshotData): Look {
    const { takenAt, startedAt } = snapshot;
    if (this.#last === undefined) {
      // Not later than the look, as the clock may have been set back since the statistics began.
      return { since: Math.min(startedAt, takenAt), at: takenAt };
    }
    const { at } = this.#last;
    const duration = elapsed(this.#last.snapshot, snapshot);
    switch (setBetween(at, takenAt, duration)) {
      case 0:
        return { since: at, at: Math.max(at, takenAt) };
      case 1:
        return { since: takenAt - duration, at: takenAt };
      case -1:
        return { since: at, at: at + duration };
    }
  }

  /** When a series began, in milliseconds since 1970; `undefined` when nobody can tell, or a later look has found another one in its place. */
  of(metric: string, { id, epoch }: Row): number | undefined {
    const known = this.#metrics.get(metric);
    const start = known?.epochs[id] === epoch ? known.starts[id] : undefined;
    return start !== undefined && Number.isFinite(start) ? start : undefined;
  }
}
