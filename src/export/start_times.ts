/**
 * When series began to count. Collectors need these times to distinguish a total that started over
 * from one that decreased.
 *
 * Shared memory stores no timestamps. A bucket has only an epoch, which changes when the bucket is
 * cleared, destroyed or created again. An exporter observes snapshot after snapshot, so it knows
 * that a series with an unknown epoch began after its previous snapshot. It reports the time of the
 * previous snapshot, which is a start time in the sense of OpenMetrics and OpenTelemetry: later
 * than everything that the former series counted, and not later than the first update of the new
 * one. Series in the first snapshot have counted since the statistics were created.
 *
 * The wall clock may be set between two snapshots. A collector mistakes a changed start time for
 * another series, and rejects an interval that ends before it starts. So reported times never
 * decrease, and the steady clock measures the distance between two of them:
 *
 * - If the wall clock was set forward, or the machine was suspended, the times follow the wall
 *   clock. A gap remains between the previous interval and the next one.
 * - If the wall clock was set back, the times continue from the previous one, ahead of the clock.
 *
 * @module
 */
import type { SeriesList } from "../metrics/series_columns.ts";
import { columnsOf } from "../snapshots/metric_snapshot.ts";
import { elapsed, wallClockStep } from "../snapshots/elapsed.ts";
import type { MetricSnapshot, Row, SnapshotData } from "../snapshots/snapshot_data.ts";

/** The interval between two observed snapshots, in milliseconds since 1970. */
export interface ObservedInterval {
  /**
   * When the previous snapshot was taken; for the first snapshot, when the statistics were created.
   * `NaN` if that time is unknown.
   */
  readonly from: number;
  /** When this snapshot was taken. */
  readonly to: number;
}

/** What is known of one metric's series. Indexed by ids: their latest epochs, and their starts. */
interface SeriesStarts {
  readonly epochs: number[];
  readonly starts: number[];
  /** The list of the latest snapshot, if it had one. All series of it are known. */
  list: SeriesList | undefined;
}

/** The start times of the series that an exporter has seen. Memory: 16 bytes for each bucket id. */
export class StartTimes {
  readonly #metrics = new Map<string, SeriesStarts>();
  /** The previous snapshot, and the time that was reported for it. */
  #previous: { snapshot: SnapshotData; at: number } | undefined;

  /**
   * Notes the series of a snapshot. Call it once for each snapshot, in the order in which the
   * snapshots were taken.
   */
  observe(snapshot: SnapshotData): ObservedInterval {
    const interval = this.#intervalTo(snapshot);
    for (const [metric, entry] of Object.entries<MetricSnapshot>(snapshot.metrics)) {
      let known = this.#metrics.get(metric);
      if (known === undefined) {
        this.#metrics.set(metric, known = { epochs: [], starts: [], list: undefined });
      }
      const list = columnsOf(entry)?.list;
      if (list === undefined) {
        for (const { id, epoch } of entry.series) note(known, { id, epoch }, interval.from);
      } else if (list !== known.list) {
        const { ids, epochs } = list;
        for (let n = 0; n < ids.length; n++) {
          note(known, { id: ids[n], epoch: epochs[n] }, interval.from);
        }
      }
      known.list = list;
    }
    this.#previous = { snapshot, at: interval.to };
    return interval;
  }

  /**
   * When a series began to count, in milliseconds since 1970. `undefined` if that time is unknown,
   * or if a later snapshot had another series in the same bucket.
   */
  of(metric: string, { id, epoch }: Row): number | undefined {
    return startIn(this.#metrics.get(metric), id, epoch);
  }

  /** The same for the series of one metric. */
  inMetric(metric: string): (id: number, epoch: number) => number | undefined {
    const known = this.#metrics.get(metric);
    return (id, epoch) => startIn(known, id, epoch);
  }

  #intervalTo(snapshot: SnapshotData): ObservedInterval {
    const { takenAt, startedAt } = snapshot;
    if (this.#previous === undefined) {
      // The wall clock may have been set back since the statistics were created.
      return { from: Math.min(startedAt, takenAt), to: takenAt };
    }
    const { at } = this.#previous;
    const duration = elapsed(this.#previous.snapshot, snapshot);
    switch (wallClockStep(at, takenAt, duration)) {
      case 0:
        return { from: at, to: Math.max(at, takenAt) };
      case 1:
        return { from: takenAt - duration, to: takenAt };
      case -1:
        return { from: at, to: at + duration };
    }
  }
}

function note(
  { epochs, starts }: SeriesStarts,
  { id, epoch }: Pick<Row, "id" | "epoch">,
  from: number,
): void {
  // New buckets get the smallest free id, and rows come by ascending id, so the arrays are dense
  // but for gaps, which are filled here.
  while (epochs.length < id) {
    epochs.push(0);
    starts.push(0);
  }
  if (epochs[id] === epoch) return;
  epochs[id] = epoch;
  starts[id] = from;
}

function startIn(known: SeriesStarts | undefined, id: number, epoch: number): number | undefined {
  const start = known?.epochs[id] === epoch ? known.starts[id] : undefined;
  return start !== undefined && Number.isFinite(start) ? start : undefined;
}
