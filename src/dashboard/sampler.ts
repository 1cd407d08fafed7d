/**
 * Takes samples for all viewers: one snapshot an interval as long as somebody looks, and none
 * otherwise.
 *
 * @module
 */
import { isOwnMetric } from "../schema/exported_names.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import { blockedThreads } from "./last_turns.ts";
import { MetricHistory, type Tick } from "./metric_history.ts";
import type { CheckedOptions, DashboardSource } from "./options.ts";
import { elapsed } from "./shared/elapsed.ts";
import { ThreadWatch } from "./thread_watch.ts";

/**
 * After the last viewer has left it goes on for so long: a page that is loaded again finds its
 * lines.
 */
const LINGER_MS = 10_000;
/** The second sample comes soon, so that there is something to see. */
const FIRST_MS = 250;

/** A sample that is late by less than this still says how much came about in what time: the program was busy. */
const LATE_MS = 30_000;

/** What the histories are after a sample. */
export interface Sample extends Tick {
  readonly snapshot: Snapshot;
  /** Number of the sample. That of the interval is ahead of it when samples were late. */
  readonly serial: number;
  /** Milliseconds since the sample before. */
  readonly ms: number;
  /** Whether it is known what came between the sample before and this one. */
  readonly isNext: boolean;
}

/** Samples and their histories. */
export class Sampler {
  readonly metrics = new Map<string, MetricHistory>();
  readonly threads: ThreadWatch;
  readonly every: number;
  readonly windows: readonly number[];
  readonly #source: DashboardSource;
  readonly #isBusy: CheckedOptions["isBusy"];
  /** The gauges that tell that a thread has something to do. */
  readonly #busy: MetricHistory[] = [];
  readonly #lingerMs: number;
  readonly #holders = new Set<object>();
  readonly #listeners = new Set<(sample: Sample) => void>();
  #sample: Sample | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #takenAt = NaN;
  #firstAt = NaN;
  #leftAt = NaN;

  constructor(
    source: DashboardSource,
    { every, windows, isBusy }: Pick<CheckedOptions, "every" | "windows" | "isBusy">,
    lingerMs: number = LINGER_MS,
  ) {
    this.#source = source;
    this.every = every;
    this.windows = windows;
    this.#isBusy = isBusy;
    this.#lingerMs = lingerMs;
    this.threads = new ThreadWatch(every);
  }

  /** The latest sample; takes one if none is as young as an interval. */
  get sample(): Sample {
    const age = elapsed() - this.#takenAt;
    if (this.#sample !== undefined && age < 2 * this.every) return this.#sample;
    return this.#take(!this.isRunning);
  }

  /** For how long the program has been watched. */
  get watchedSeconds(): number {
    return Math.max(1, Math.round(this.#takenAt - this.#firstAt) / 1000);
  }

  /** Whether samples are being taken. */
  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Calls back after each sample. */
  listen(listener: (sample: Sample) => void): void {
    this.#listeners.add(listener);
  }

  /** Takes samples until the holder is released, and a little longer. */
  hold(holder: object): void {
    this.#holders.add(holder);
    if (this.#timer !== undefined) return;
    this.#take(true);
    this.#schedule(Math.min(FIRST_MS, this.every));
  }

  /** Somebody looks no longer. */
  release(holder: object): void {
    this.#holders.delete(holder);
    this.#leftAt = elapsed();
  }

  /** A sample of which rates are known: of now, or of in a moment if nobody has looked before. */
  async known(): Promise<Sample> {
    const holder = {};
    this.hold(holder);
    try {
      for (let n = 0; n < 20 && !this.#sample!.isNext; n++) {
        await new Promise((resolve) => setTimeout(resolve, FIRST_MS / 2));
      }
      return this.#sample!;
    } finally {
      this.release(holder);
    }
  }

  #schedule(ms: number): void {
    const timer: unknown = this.#timer = setTimeout(() => this.#turn(), ms);
    // A page that somebody left open does not keep a program alive.
    if (typeof timer === "number") {
      (globalThis as { Deno?: { unrefTimer(id: number): void } }).Deno?.unrefTimer(timer);
    } else {
      (timer as { unref?(): void }).unref?.();
    }
  }

  #turn(): void {
    const started = elapsed();
    if (this.#holders.size === 0 && started - this.#leftAt >= this.#lingerMs) {
      this.#timer = undefined;
      return;
    }
    try {
      this.#take();
    } catch (error) {
      // What goes wrong once may go right again, and no viewer may end the program.
      console.error(error);
    }
    // What a sample takes is part of the interval.
    this.#schedule(Math.max(10, this.every - (elapsed() - started)));
  }

  #take(isFirst = false): Sample {
    const now = elapsed();
    const before = this.#sample;
    const snapshot = this.#source.snapshot({ threadTotals: true });
    const ms = now - this.#takenAt;
    const ticks = before === undefined ? 1 : Math.max(1, Math.round(ms / this.every));
    // Nobody looked, or the machine slept.
    const isLate = isFirst || !(ms < LATE_MS);
    const tick: Tick = {
      n: (before?.n ?? 0) + ticks,
      // Nobody looked: when in that time it came about is not known. Nobody counts: nothing is.
      seconds: isLate || snapshot.threads.length === 0 ? NaN : Math.max(ms, 1) / 1000,
      at: snapshot.takenAt,
    };
    this.#takenAt = now;
    if (before === undefined) this.#firstAt = now;
    const updates = new Map<number, { changed: boolean; updates: number }>();
    for (const [name, metric] of Object.entries(snapshot.metrics)) {
      let history = this.metrics.get(name);
      if (history === undefined) {
        history = new MetricHistory(name, metric.definition, this);
        this.metrics.set(name, history);
        if (this.#isBusy(name, metric.definition)) this.#busy.push(history);
      }
      if (before !== undefined && ticks > 1) history.series.skip(before.n + 1, tick.n);
      const changes = history.update(metric, tick);
      // What an observation measures is no work of the thread.
      if (isOwnMetric(name, metric.definition)) continue;
      for (const { slot, changed, updates: count } of changes) {
        const sum = updates.get(slot) ?? { changed: false, updates: 0 };
        updates.set(slot, { changed: sum.changed || changed, updates: sum.updates + count });
      }
    }
    const blocked = blockedThreads(snapshot, { isAwaking: isLate && !isFirst });
    this.threads.update(snapshot.threads, (slot) => ({
      ...(updates.get(slot) ?? { changed: false, updates: 0 }),
      busy: this.#busyOf(slot),
      blocked: blocked.get(slot),
    }), { ...tick, now });
    const serial = (before?.serial ?? 0) + 1;
    const isNext = before !== undefined && !isLate;
    this.#sample = { ...tick, serial, snapshot, ms: isLate ? 0 : ms, isNext };
    for (const listener of this.#listeners) listener(this.#sample);
    return this.#sample;
  }

  #busyOf(slot: number): number {
    let sum = 0;
    for (const gauge of this.#busy) sum += gauge.parts()[slot] || 0;
    return sum;
  }
}
