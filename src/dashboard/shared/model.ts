/**
 * What the page knows of the program: what the last `full` message said, and all deltas since.
 *
 * @module
 */
import { type ThreadView, toThread } from "./conditions.ts";
import { elapsed } from "./elapsed.ts";
import { decodeList, decodeNumber } from "./numbers36.ts";
import type { DeltaMessage, FullMessage, MetricDelta, MetricInfo, SelfInfo } from "./protocol.ts";
import { Ring, STEPS, stepsOf, ticksPerStep } from "./ring.ts";
import { SeriesModel } from "./series.ts";

/** How many columns a heat map has. */
const HEAT_COLUMNS = 60;
const MINUTE = 60;

/** One metric. */
export interface MetricModel {
  readonly info: MetricInfo;
  /** One for each of `info.lines`. */
  readonly rings: readonly Ring[];
  /** Rates of sums, or a gauge's value, of the last interval. */
  latest: number[];
  totals: number[];
  /** Of a histogram: quantiles of the latest step. */
  q: number[];
  count: number;
}

/** The program. */
export class Model {
  readonly full: FullMessage;
  n: number;
  /** Number of the interval. */
  #tick: number;
  /** When the latest sample was taken, in milliseconds since 1970. */
  at: number;
  /** When it came here, by the page's own clock. */
  arrivedAt = elapsed();
  self: SelfInfo;
  threads: ThreadView[] = [];
  /** Updates per second of each slot in the last minute. */
  readonly work: Ring[] = [];
  /** Updates per second, by slot; `NaN` before two samples. */
  rates: number[] = [];
  /** Updates since the program is watched, by slot. */
  readonly done: number[] = [];
  readonly metrics: readonly MetricModel[];
  readonly byName: ReadonlyMap<string, MetricModel>;
  /** Of the open metric: what each thread did in the last interval, by slot. */
  by: number[] = [];
  /** Of the open histogram: counts of its bins by column, and the column that is being filled. */
  readonly cells: Float64Array[] = [];
  #column = 0;
  /** Of the open histogram: p50, p90, p99, p99.9 and max of the window. */
  windowQ: number[] = [];
  /** Of the open thread: what it did in the window, and what all did, by metric. */
  thread: readonly (readonly [number, number])[] = [];
  /** The seconds that this covers. */
  threadSeconds = NaN;
  series: SeriesModel | undefined;
  cut: number;
  /** Seconds of the last interval. */
  seconds = NaN;

  constructor(full: FullMessage) {
    this.full = full;
    const { n, tick, at, every, window } = full;
    this.n = n;
    this.#tick = tick;
    this.at = at;
    this.self = full.self;
    this.threads = full.threads.map(toThread);
    full.work.forEach((points, slot) => this.#work(slot).fill(tick, points));
    this.rates = this.work.map((ring) => ring.latest);
    decodeList(full.done, (slot, value) => this.done[slot] = value);
    const perStep = ticksPerStep(window, STEPS[window], every);
    const size = stepsOf(window, STEPS[window], every);
    this.metrics = full.metrics.map((info) => {
      const rings = info.lines.map((_, i) => {
        const ring = new Ring(size, perStep);
        ring.fill(tick, info.points[i]);
        return ring;
      });
      const values = rings.map((ring) => ring.latest);
      const sums = info.kind === "gauge" ? 1 : info.totals.length;
      return {
        ...{ info, rings, count: info.count },
        latest: values.slice(0, sums),
        q: values.slice(sums),
        totals: [...info.totals],
      };
    });
    this.byName = new Map(this.metrics.map((metric) => [metric.info.name, metric]));
    this.#open(full.open);
    const open = full.series && this.byName.get(full.series.m);
    if (open && full.series) this.series = new SeriesModel(open.info.columns, full.series, n);
    this.cut = Object.values(full.cut)[0] ?? 0;
  }

  /** Whether a message follows the one before. */
  isNext({ n }: DeltaMessage): boolean {
    return n === this.n + 1;
  }

  /** Takes what is new. */
  apply(delta: DeltaMessage): void {
    const { every, window } = this.full;
    this.n = delta.n;
    this.#tick = delta.tick;
    this.at = delta.at;
    this.arrivedAt = elapsed();
    this.seconds = Math.max(1, delta.ms) / 1000;
    if (delta.self) this.self = { ...this.self, ...delta.self };
    for (const row of delta.threads ?? []) {
      const thread = toThread(row);
      const at = this.threads.findIndex(({ slot }) => slot === thread.slot);
      if (at < 0) this.threads.push(thread);
      else this.threads[at] = thread;
    }
    if (delta.threads) this.threads.sort((a, b) => a.slot - b.slot);
    const steps: number[] = [];
    decodeList(delta.parts, (slot, value) => steps[slot] = value);
    // Of a thread that is moving nothing is said but its updates: it has changed something until
    // now.
    this.threads = this.threads.map((thread) =>
      thread.condition === "moving" && steps[thread.slot] ? { ...thread, last: delta.at } : thread
    );
    this.rates = [];
    for (const { slot, state } of this.threads) {
      const step = steps[slot] ?? 0;
      this.rates[slot] = state === "active" ? step / this.seconds : NaN;
      this.done[slot] = (this.done[slot] ?? 0) + step;
      this.#work(slot).push(delta.tick, this.rates[slot]);
    }
    for (const metric of this.metrics) this.#metric(metric, delta.metrics[metric.info.name]);
    for (const [name, count] of Object.entries(delta.counts ?? {})) {
      const metric = this.byName.get(name);
      if (metric) metric.count = count;
    }
    const column = Math.floor(delta.tick / ticksPerStep(window, HEAT_COLUMNS, every));
    const turns = this.cells.length > 0 ? Math.min(HEAT_COLUMNS, column - this.#column) : 0;
    for (let n = 0; n < turns; n++) this.cells.push(this.cells.shift()!.fill(0));
    this.#column = column;
    this.#open(delta.open ?? {});
    if (delta.series) this.series?.apply(delta.series, this.seconds);
    if (delta.cut !== undefined) this.cut = delta.cut;
  }

  /**
   * The page goes elsewhere: what was known of the open metric or thread alone is of no use there.
   */
  forgetOpen(): void {
    this.by = [];
    this.windowQ = [];
    this.thread = [];
    this.cells.length = 0;
    this.series = undefined;
    this.cut = 0;
  }

  /** The sum of all threads' updates per second. */
  get rate(): number {
    return this.rates.reduce((sum, rate) => sum + (rate || 0), 0);
  }

  #work(slot: number): Ring {
    while (this.work.length <= slot) this.work.push(new Ring(MINUTE, 1));
    return this.work[slot];
  }

  #metric(metric: MetricModel, delta: MetricDelta | undefined): void {
    const { info, rings } = metric;
    if (delta === undefined) return;
    const isHistogram = typeof delta === "object" && delta !== null && "c" in delta;
    if (isHistogram) metric.q = delta.q.map((x) => x ?? NaN);
    const values = isHistogram
      ? [delta.c]
      : Array.isArray(delta)
      ? delta
      : [delta as number | null];
    const seconds = this.threads.length === 0 ? NaN : this.seconds;
    metric.latest = values.map((x) => info.kind === "gauge" ? x ?? NaN : x / seconds);
    if (info.kind !== "gauge") {
      metric.totals = metric.totals.map((total, i) => total + (values[i] ?? 0));
    }
    const sums = metric.latest.length;
    rings.forEach((ring, i) => {
      if (i < sums) ring.push(this.#tick, metric.latest[i]);
      else ring.replace(this.#tick, metric.q[i - sums]);
    });
  }

  #open(open: FullMessage["open"] & { readonly b?: string }): void {
    const { every, window } = this.full;
    if (open.by !== undefined) {
      this.by = [];
      decodeList(open.by, (slot, value) => this.by[slot] = value);
    }
    if (open.q !== undefined) this.windowQ = open.q.map((x) => x ?? NaN);
    if (open.thread !== undefined) this.thread = open.thread;
    if (open.seconds !== undefined) this.threadSeconds = open.seconds;
    if (open.cells !== undefined) {
      const bins = Math.max(0, ...this.metrics.map(({ info }) => info.bounds?.length ?? 0));
      this.#column = Math.floor(this.#tick / ticksPerStep(window, HEAT_COLUMNS, every));
      for (const column of open.cells) {
        const counts = new Float64Array(bins);
        addBins(column, counts);
        this.cells.push(counts);
      }
    }
    if (open.b !== undefined && this.cells.length > 0) {
      addBins(open.b, this.cells[HEAT_COLUMNS - 1]);
    }
  }
}

/** Adds `bin:count` pairs. */
function addBins(list: string, counts: Float64Array): void {
  if (list === "") return;
  for (const pair of list.split(" ")) {
    const [bin, count] = pair.split(":");
    counts[decodeNumber(bin)] += decodeNumber(count);
  }
}
