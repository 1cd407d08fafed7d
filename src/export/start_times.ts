/**
 * When series began to count: what tells a collector that a total starts again from nothing.
 *
 * The memory holds no times: a bucket has an epoch alone, which is another one after each `clear`, `destroy` and new creation. An exporter that
 * looks again and again knows this much: a series with an epoch that it has not seen began after its last look. That look's time is a
 * start in the sense of OpenMetrics and OpenTelemetry: later than all that the former series counted, and not later than
 * the first count of this one. What is there at the first look has counted since the statistics began.
 *
 * @module
 */
import type { SnapshotData } from "../snapshots/snapshot.ts";
import type { Row } from "./families.ts";

/** The start times of one exporter's series. Memory: 16 bytes for each bucket id. */
export class StartTimes {
  readonly #metrics = new Map<string, { epochs: number[]; starts: number[] }>();
  /** When it looked last; before that, when the statistics began. */
  #lastLook: number | undefined;

  /** Learns which series a snapshot has. To be called once for each snapshot, in the order in which they were taken. */
  look(snapshot: SnapshotData): void {
    const start = this.#lastLook ?? snapshot.startedAt;
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
    this.#lastLook = snapshot.takenAt;
  }

  /** When a series began, in milliseconds since 1970; `undefined` when nobody can tell, or a later look has found another one in its place. */
  of(metric: string, { id, epoch }: Row): number | undefined {
    const known = this.#metrics.get(metric);
    const start = known?.epochs[id] === epoch ? known.starts[id] : undefined;
    return start !== undefined && Number.isFinite(start) ? start : undefined;
  }
}
