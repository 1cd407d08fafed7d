/**
 * One histogram from sample to sample: quantiles of each step, and columns of bins for its heat
 * map.
 *
 * Quantiles are the library's own, of differences of its values, so they keep the histogram's
 * accuracy. For drawing, log-linear bins are merged to three in each doubling.
 *
 * @module
 */
import type { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { HistogramBins } from "../schema/histogram.ts";
import { Ring, STEPS, stepsOf, ticksPerStep } from "./shared/ring.ts";

/** How many columns the heat map of a window has. */
export const HEAT_COLUMNS = 60;
/** The lines: what is asked of each step. */
export const LINES: readonly string[] = ["p50", "p90", "p99", "max"];

/** Bins as they are drawn. */
export interface DrawnBins {
  /** Inclusive upper bounds; the last one of explicit boundaries is infinite. */
  readonly bounds: readonly number[];
  /** Where the first bin begins. */
  readonly lowest: number;
}

/** The bins of a histogram as they are drawn. */
export function drawnBins(bins: HistogramBins): DrawnBins {
  if ("boundaries" in bins) {
    const positive = bins.boundaries.find((bound) => bound > 0) ?? 1;
    return { bounds: [...bins.boundaries, Infinity], lowest: positive / 10 };
  }
  const first = Math.floor(Math.log2(bins.lowest) * 3 + 1e-9);
  const last = Math.ceil(Math.log2(bins.highest) * 3 - 1e-9);
  const bounds = Array.from({ length: last - first }, (_, n) => 2 ** ((first + n + 1) / 3));
  return { bounds, lowest: 2 ** (first / 3) };
}

/** Adds a histogram's counts to bins as they are drawn. */
function addDrawn(value: HistogramValue, { bounds }: DrawnBins, counts: Float64Array): void {
  let drawn = 0;
  // A fine bin that a drawn bound cuts counts where the larger part of it is: hence the factor, of
  // half a fine bin or less.
  for (const { upperBound, count } of value.bins) {
    while (drawn < bounds.length - 1 && upperBound > bounds[drawn] * (1 + 1e-9)) drawn++;
    counts[drawn] += count;
  }
}

/** What a histogram was at the beginning of the steps of one window. */
interface View {
  readonly rings: readonly Ring[];
  readonly perStep: number;
  readonly perColumn: number;
  readonly columns: Float64Array[];
  /** The histogram at the beginning of each column. */
  readonly marks: Mark[];
  column: number;
  step: number;
  stepMark: Mark;
}

/** A histogram at some time: `null` before its first value, `undefined` where it is not known. */
type Mark = HistogramValue | null | undefined;

/** What was recorded since a mark. */
function since(value: Mark, mark: Mark): HistogramValue | undefined {
  if (!value || mark === undefined) return undefined;
  return mark === null ? value : value.since(mark);
}

/** Remembers one histogram, all series together. Memory: for each window, 60 of its values. */
export class HistogramHistory {
  readonly drawn: DrawnBins;
  readonly #views = new Map<number, View>();
  #latest: Mark;
  /** What was recorded in the last interval. */
  difference: HistogramValue | undefined;

  constructor(
    bins: HistogramBins,
    { windows, every }: { windows: readonly number[]; every: number },
  ) {
    this.drawn = drawnBins(bins);
    for (const seconds of windows) {
      const perStep = ticksPerStep(seconds, STEPS[seconds], every);
      const size = stepsOf(seconds, STEPS[seconds], every);
      const perColumn = ticksPerStep(seconds, HEAT_COLUMNS, every);
      this.#views.set(seconds, {
        rings: LINES.map(() => new Ring(size, perStep)),
        perStep,
        perColumn,
        columns: Array.from(
          { length: HEAT_COLUMNS },
          () => new Float64Array(this.drawn.bounds.length),
        ),
        marks: new Array(HEAT_COLUMNS).fill(undefined),
        column: -1,
        step: -1,
        stepMark: undefined,
      });
    }
  }

  /**
   * Takes what all threads have recorded until sample `n`; `isKnown`: whether it is known when that
   * was.
   */
  update(value: HistogramValue | undefined, n: number, isKnown: boolean): void {
    const before = this.#latest;
    this.#latest = value ?? null;
    this.difference = isKnown ? since(this.#latest, before) : undefined;
    for (const view of this.#views.values()) this.#advance(view, n, before);
  }

  #advance(view: View, n: number, before: Mark): void {
    // Of what came between two samples that are far apart nobody knows when it came.
    const start = this.difference === undefined ? this.#latest : before;
    const column = Math.floor(n / view.perColumn);
    if (column !== view.column) {
      const missed = view.column < 0 ? HEAT_COLUMNS : Math.min(HEAT_COLUMNS, column - view.column);
      for (let back = 0; back < missed; back++) {
        const at = (column - back + HEAT_COLUMNS * 2) % HEAT_COLUMNS;
        view.columns[at].fill(0);
        view.marks[at] = undefined;
      }
      view.marks[column % HEAT_COLUMNS] = start;
      view.column = column;
    }
    const step = Math.floor(n / view.perStep);
    if (step !== view.step || view.stepMark === undefined) {
      view.step = step;
      view.stepMark = start;
    }
    if (this.difference !== undefined) {
      addDrawn(this.difference, this.drawn, view.columns[column % HEAT_COLUMNS]);
    }
    const quantiles = this.#stepQuantiles(view);
    view.rings.forEach((ring, line) => ring.replace(n, quantiles[line]));
  }

  #stepQuantiles({ stepMark }: View): number[] {
    const step = since(this.#latest, stepMark);
    if (step === undefined) return LINES.map(() => NaN);
    return [...[0.5, 0.9, 0.99].map((q) => step.quantile(q)), step.max];
  }

  /** The lines of a window. */
  lines(seconds: number): number[][] {
    return this.#views.get(seconds)!.rings.map((ring) => ring.values());
  }

  /** The quantiles of the latest step of a window. */
  latest(seconds: number): number[] {
    return this.#views.get(seconds)!.rings.map((ring) => ring.latest);
  }

  /** The columns of a window's heat map, oldest first. */
  columns(seconds: number): Float64Array[] {
    const { columns, column } = this.#views.get(seconds)!;
    return columns.map((_, n) => columns[(column + 1 + n + HEAT_COLUMNS) % HEAT_COLUMNS]);
  }

  /** What was recorded in a window. */
  over(seconds: number): HistogramValue | undefined {
    const { marks, column } = this.#views.get(seconds)!;
    for (let back = HEAT_COLUMNS - 1; back >= 0; back--) {
      const mark = marks[(column - back + HEAT_COLUMNS * 2) % HEAT_COLUMNS];
      if (mark !== undefined) return since(this.#latest, mark);
    }
    return undefined;
  }

  /** What grew in the last interval, by bin as it is drawn. */
  grown(): Float64Array {
    const counts = new Float64Array(this.drawn.bounds.length);
    if (this.difference !== undefined) addDrawn(this.difference, this.drawn, counts);
    return counts;
  }
}
