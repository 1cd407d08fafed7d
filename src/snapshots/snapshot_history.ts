/**
 * The snapshots that a window keeps, in order of time.
 *
 * @module
 */
import type { SchemaDefinition } from "../schema/definitions.ts";
import { elapsed } from "./elapsed.ts";
import type { Snapshot } from "./snapshot.ts";
import type { WindowOptions } from "./window_options.ts";

/** The first and the last snapshot of a window, and the time between them. */
export interface Span<Metrics extends SchemaDefinition> {
  readonly first: Snapshot<Metrics>;
  readonly last: Snapshot<Metrics>;
  readonly milliseconds: number;
}

/** Keeps at most `maxSnapshots` snapshots that together cover a window. */
export class SnapshotHistory<Metrics extends SchemaDefinition> {
  /** The length of the window. */
  readonly milliseconds: number;
  readonly maxSnapshots: number;
  readonly mode: "moving" | "fixed";
  /**
   * In ascending order of time. The first one may precede the window, so that differences cover
   * the whole window.
   */
  readonly #snapshots: Snapshot<Metrics>[] = [];
  /**
   * When each snapshot was taken, in milliseconds. The first time is a `takenAt`; the others
   * follow it by the time that passed, whatever the wall clock was set to.
   */
  readonly #times: number[] = [];

  constructor({ seconds, maxSnapshots, mode }: Required<WindowOptions>) {
    this.milliseconds = seconds * 1000;
    this.maxSnapshots = maxSnapshots;
    this.mode = mode;
  }

  /** The number of snapshots. */
  get size(): number {
    return this.#snapshots.length;
  }

  /** The latest snapshot. */
  get latest(): Snapshot<Metrics> | undefined {
    return this.#snapshots.at(-1);
  }

  /** Adds a snapshot, and drops those that the window no longer needs. */
  push(snapshot: Snapshot<Metrics>): void {
    const snapshots = this.#snapshots;
    const times = this.#times;
    const time = this.#timeOf(snapshot);
    // A fixed window needs twice its length: the wall clock may stand anywhere in an interval.
    const reach = this.milliseconds * (this.mode === "fixed" ? 2 : 1);
    const spacing = reach / (this.maxSnapshots - 1);
    // The latest snapshot is always kept; it replaces the previous one if that came too soon.
    if (times.length > 1 && times[times.length - 1] - times[times.length - 2] < spacing) {
      snapshots.pop();
      times.pop();
    }
    snapshots.push(snapshot);
    times.push(time);
    const start = time - reach;
    // The last snapshot at or before the start is kept.
    while (times.length > this.maxSnapshots || (times.length > 2 && times[1] <= start)) {
      snapshots.shift();
      times.shift();
    }
  }

  /** The snapshots in the window; for a fixed window, those of the last complete interval. */
  inWindow(): readonly Snapshot<Metrics>[] {
    const { from, to } = this.#range();
    return this.#snapshots.slice(from, to + 1);
  }

  /** The span of the window; `undefined` while fewer than two snapshots are in it. */
  span(): Span<Metrics> | undefined {
    const { from, to } = this.#range();
    if (to <= from) return undefined;
    const milliseconds = this.#times[to] - this.#times[from];
    return { first: this.#snapshots[from], last: this.#snapshots[to], milliseconds };
  }

  /** The indexes of the snapshots in the window; `to` is less than `from` if there are none. */
  #range(): { from: number; to: number } {
    const times = this.#times;
    if (this.mode !== "fixed" || times.length === 0) return { from: 0, to: times.length - 1 };
    const end = this.#endOfInterval();
    const start = end - this.milliseconds;
    return {
      from: Math.max(0, times.findLastIndex((time) => time <= start)),
      to: times.findLastIndex((time) => time <= end),
    };
  }

  /** The end of the last complete interval, in the scale of `#times`. */
  #endOfInterval(): number {
    const last = this.#times.length - 1;
    const { takenAt } = this.#snapshots[last];
    return Math.floor(takenAt / this.milliseconds) * this.milliseconds -
      (takenAt - this.#times[last]);
  }

  #timeOf(snapshot: Snapshot<Metrics>): number {
    const { takenAt } = snapshot;
    const last = this.#snapshots.length - 1;
    if (last < 0) return takenAt;
    const before = this.#snapshots[last];
    const time = this.#times[last];
    const duration = elapsed(before, snapshot);
    // Relative to `takenAt` where possible: a sum of durations accumulates rounding errors.
    return duration === takenAt - before.takenAt
      ? takenAt - (before.takenAt - time)
      : time + duration;
  }
}
