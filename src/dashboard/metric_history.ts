/**
 * One metric from sample to sample: its lines over each window, what each thread did of it, its
 * series.
 *
 * @module
 */
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { ThreadValue } from "../metrics/series_values.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { MetricSnapshot } from "../snapshots/snapshot_data.ts";
import { HistogramHistory, LINES } from "./histogram_history.ts";
import { growthOf, type Row, SeriesHistory, valueOf } from "./series_history.ts";
import type { Column } from "./shared/protocol.ts";
import { Ring, STEPS, stepsOf, ticksPerStep } from "./shared/ring.ts";

/** How many marks of each window the threads' work is kept at. */
const WORK_MARKS = 60;
/** Sums of sizes and times: how much was done, not how often. */
const AMOUNT = /byte|octet|bits|size|second|milli|micro|nano|duration|elapsed|time|cost|amount/i;

/** When a sample was taken. */
export interface Tick {
  /** Number of the interval. */
  readonly n: number;
  /** Seconds since the sample before; `NaN` when nothing is known of what came between. */
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What is kept for how long. */
export interface HistoryOptions {
  readonly windows: readonly number[];
  /** Milliseconds between samples. */
  readonly every: number;
}

/** What one thread did of one metric in the last interval. */
export interface ThreadStep {
  readonly slot: number;
  /** Whether anything of it is another than before. */
  readonly changed: boolean;
  /** About how many updates that was. */
  readonly updates: number;
}

/** What one thread has of a metric. */
interface Part {
  values: (number | bigint)[];
  /** Growth of the first sum since it is watched. */
  work: number;
  /** The same in the last interval; of a gauge, its value. */
  step: number;
}

/** Remembers one metric. */
export class MetricHistory {
  readonly name: string;
  readonly definition: MetricDefinition;
  readonly columns: readonly Column[];
  /** What the lines are called. */
  readonly lines: readonly string[];
  readonly series: SeriesHistory;
  readonly histogram: HistogramHistory | undefined;
  /** How much it grew in the last interval, for each line that is a sum; of a gauge, its value. */
  latest: number[] = [];
  /** When it was cleared. */
  readonly clears: number[] = [];
  /** Whether the last sample found it cleared. */
  isCleared = false;
  readonly #sums: readonly number[];
  readonly #rings = new Map<number, Ring[]>();
  readonly #parts = new Map<number, Part>();
  readonly #marks = new Map<
    number,
    { perMark: number; mark: number; work: Map<number, number>[] }
  >();
  #totals: (number | bigint)[] = [];
  #threadCount = 0;

  constructor(name: string, definition: MetricDefinition, options: HistoryOptions) {
    this.name = name;
    this.definition = definition;
    this.series = new SeriesHistory(definition);
    this.columns = this.series.columns;
    this.#sums = this.columns.flatMap(({ mode }, c) => mode === "sum" ? [c] : []);
    this.histogram = definition.kind === "histogram"
      ? new HistogramHistory(definition.bins, options)
      : undefined;
    this.lines = definition.kind === "gauge"
      ? ["value"]
      : [...this.#sums.map((c) => this.columns[c].name), ...(this.histogram ? LINES : [])];
    const count = definition.kind === "gauge" ? 1 : this.#sums.length;
    for (const seconds of options.windows) {
      const perStep = ticksPerStep(seconds, STEPS[seconds], options.every);
      const size = stepsOf(seconds, STEPS[seconds], options.every);
      this.#rings.set(seconds, Array.from({ length: count }, () => new Ring(size, perStep)));
      this.#marks.set(seconds, {
        perMark: ticksPerStep(seconds, WORK_MARKS, options.every),
        mark: -1,
        work: [],
      });
    }
  }

  /** Takes a sample, and tells what each thread did. */
  update(metric: MetricSnapshot, tick: Tick): ThreadStep[] {
    const { n, seconds, at } = tick;
    const { growth, isCleared } = this.series.update(metric.series, n, seconds);
    this.isCleared = isCleared;
    if (isCleared) this.clears.push(at);
    while (this.clears.length > 20) this.clears.shift();
    const isKnown = !Number.isNaN(seconds) && !isCleared;
    const sums = this.#sums.map((c) => growth[c]);
    this.latest = this.definition.kind === "gauge" ? [this.#gauge(metric)] : sums;
    const values = this.definition.kind === "gauge"
      ? this.latest
      : sums.map((sum) => isKnown ? sum / seconds : NaN);
    for (const rings of this.#rings.values()) values.forEach((x, i) => rings[i].push(n, x));
    const threads = (metric.threads ?? []) as readonly ThreadValue<unknown>[];
    this.histogram?.update(mergeAll(threads), n, isKnown);
    this.#totals = this.#sums.map((c) => this.#total(c, metric.series));
    this.#threadCount = Math.max(this.#threadCount, ...threads.map(({ slot }) => slot + 1));
    this.#mark(n);
    const steps = this.#threadSteps(threads);
    this.#isWatched = true;
    return steps;
  }

  /** Sums since the start or the last clear. */
  get totals(): readonly (number | bigint)[] {
    return this.#totals;
  }

  /**
   * The lines over a window, oldest first: rates of sums or a gauge's values, then a histogram's
   * quantiles.
   */
  points(seconds: number): number[][] {
    return [
      ...this.#rings.get(seconds)!.map((ring) => ring.values()),
      ...(this.histogram?.lines(seconds) ?? []),
    ];
  }

  /**
   * What each thread did in the last interval, by slot; of a gauge, its value. `undefined`: nothing
   * is known of it.
   */
  parts(): (number | undefined)[] {
    return Array.from({ length: this.#threadCount }, (_, slot) => this.#parts.get(slot)?.step);
  }

  /** How much one thread did in a window, and how much all did: growth of the first sum. */
  workOver(seconds: number, slot: number): [thread: number, all: number] {
    const { work } = this.#marks.get(seconds)!;
    let all = 0;
    let own = 0;
    for (const [one, part] of this.#parts) {
      const done = part.work - (work[0]?.get(one) ?? 0);
      all += done;
      if (one === slot) own = done;
    }
    return [own, all];
  }

  /** The gauge of all series together, as its threads become one. */
  #gauge({ series, threads = [] }: MetricSnapshot): number {
    // Of a gauge that no live thread has set nothing is known.
    if (this.definition.kind !== "gauge" || threads.length === 0) return NaN;
    const { aggregate } = this.definition;
    const known = series.map(({ value }) => Number(value)).filter(Number.isFinite);
    if (known.length === 0) return NaN;
    if (aggregate === "sum") return known.reduce((a, b) => a + b, 0);
    return aggregate === "min" ? least(known) : greatest(known);
  }

  #total(c: number, series: readonly Row[]): number | bigint {
    let total: number | bigint = 0;
    for (const { id } of series) {
      const value = this.series.value(c, id);
      total = typeof value === "bigint" ? BigInt(total) + value : Number(total) + value;
    }
    return typeof total === "bigint" ? BigInt.asUintN(64, total) : total;
  }

  #threadSteps(threads: readonly ThreadValue<unknown>[]): ThreadStep[] {
    const { kind } = this.definition;
    for (const part of this.#parts.values()) part.step = kind === "gauge" ? NaN : 0;
    return threads.map(({ slot, value }) => {
      const now = this.columns.map((column) =>
        // A quantile of all that a thread ever recorded tells nothing that its count does not.
        kind === "histogram" && column.mode === "value"
          ? 0
          : valueOf(this.definition, value, column)
      );
      const part = this.#parts.get(slot) ?? { values: now.map(() => 0), work: 0, step: 0 };
      const grown = this.#sums.map((c) => Math.max(0, growthOf(now[c], part.values[c])));
      const isKnown = this.#parts.has(slot);
      const changed = isKnown ? now.some((x, c) => !Object.is(x, part.values[c])) : false;
      part.values = now;
      if (kind === "gauge") part.step = Number(now[0]);
      else if (isKnown || this.#isWatched) {
        part.step = grown[0] ?? 0;
        part.work += part.step;
      }
      this.#parts.set(slot, part);
      return {
        slot,
        changed: changed || !isKnown && this.#isWatched,
        updates: this.#updates(grown),
      };
    });
  }

  /** Whether there was a sample before the present one. */
  #isWatched = false;

  /**
   * About how many updates made it grow: sums of sizes and times do not count, and of several sums
   * that count, the greatest does.
   */
  #updates(grown: readonly number[]): number {
    const { kind, unit } = this.definition;
    if (kind === "gauge") return 0;
    if (kind === "histogram") return grown[0];
    if (kind === "counter") return unit !== "" || AMOUNT.test(this.name) ? 0 : grown[0];
    const counts = grown.filter((_, i) => !AMOUNT.test(this.columns[this.#sums[i]].name));
    return counts.length === 0 ? 0 : greatest(counts);
  }

  /** Notes where the threads' work stood at the beginning of a stretch of each window. */
  #mark(n: number): void {
    for (const marks of this.#marks.values()) {
      const mark = Math.floor(n / marks.perMark);
      if (mark === marks.mark) continue;
      const missed = marks.mark < 0 ? 1 : mark - marks.mark;
      marks.mark = mark;
      const now = new Map([...this.#parts].map(([slot, { work }]) => [slot, work]));
      for (let i = 0; i < Math.min(missed, WORK_MARKS); i++) marks.work.push(now);
      while (marks.work.length > WORK_MARKS) marks.work.shift();
    }
  }
}

function mergeAll(threads: readonly ThreadValue<unknown>[]): HistogramValue | undefined {
  let all: HistogramValue | undefined;
  for (const { value } of threads as readonly ThreadValue<HistogramValue>[]) {
    all = all === undefined ? value : all.merge(value);
  }
  return all;
}

/** Without spreading: of a hundred thousand arguments an engine would run out of stack. */
function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => a > b ? a : b, -Infinity);
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => a < b ? a : b, Infinity);
}
