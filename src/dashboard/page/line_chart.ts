/**
 * Charts of lines over the window. uPlot draws lines and axes; what else there is, is drawn by
 * hooks.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix -- its types alone, as in `uplot.ts`
import type UplotClass from "npm:uplot@1.6.32";
import { elapsed } from "../shared/elapsed.ts";
import { text } from "../shared/format.ts";
import { on } from "./dom.ts";
import { type Ink, ink, inkFont } from "./ink.ts";

/** uPlot as its own script defines it. */
const uPlot = (globalThis as unknown as { uPlot: typeof UplotClass }).uPlot;

/** A chart, as uPlot knows it. */
export type Plot = UplotClass;

/** One line. */
export interface LineStyle {
  readonly color: Ink;
  readonly fill?: Ink;
  readonly width?: number;
}

/** What a chart is made with. */
export interface ChartOptions {
  readonly height: number;
  readonly lines: readonly LineStyle[];
  /** Unit of the values; of rates with `/s`. */
  readonly unit: string;
  /** What it shows, for who does not see it. */
  readonly label: string;
  readonly axes?: boolean;
  /** A logarithmic scale, between bounds that come with the values. */
  readonly log?: boolean;
  /** Draws below the lines. */
  readonly below?: (plot: Plot, window: number) => void;
  /** The sample that the pointer or the keys are at; `null`: none. */
  readonly onCursor?: (index: number | null) => void;
}

/** Values of a window. */
export interface ChartData {
  /** Seconds. */
  readonly window: number;
  readonly columns: readonly (readonly number[])[];
  /** Of a logarithmic scale. */
  readonly range?: readonly [number, number];
  /** Ages in seconds at which the metric was cleared. */
  readonly clears?: readonly number[];
}

/** The end of an axis, and since when it is used to less than 40 %. */
interface Top {
  readonly max: number;
  readonly fullAt: number;
}

/**
 * A round number above what is needed. It grows at once, and shrinks only after less than 40 % of
 * it was used for 10 s.
 */
function steady(old: Top | undefined, needed: number, now: number): Top {
  const power = 10 ** Math.floor(Math.log10(needed || 1));
  const nice = power * ([1, 1.5, 2, 3, 4, 6, 8].find((f) => f * power >= needed * 1.02) ?? 10);
  if (!old || nice > old.max) return { max: nice, fullAt: now };
  if (needed > old.max * 0.4) return { max: old.max, fullAt: now };
  return now - old.fullAt > 10_000 ? { max: nice, fullAt: now } : old;
}

/** Ages on the time axis stand still; the data moves above them. */
function ageLabel(seconds: number): string {
  if (seconds === 0) return "now";
  return seconds <= -120 ? `−${-seconds / 60} min` : `−${-seconds} s`;
}

function decades([low, high]: readonly [number, number]): number[] {
  const out: number[] = [];
  const last = Math.log10(high) + 1e-9;
  for (let e = Math.ceil(Math.log10(low) - 1e-9); e <= last; e++) out.push(10 ** e);
  return out;
}

/** A chart in its box. */
export class LineChart {
  readonly plot: Plot;
  readonly #host: HTMLElement;
  readonly #watch: ResizeObserver;
  readonly #lines: number;
  readonly #isLog: boolean;
  #top: Top | undefined;
  #low: Top | undefined;
  #range: readonly [number, number] = [1e-6, 1];
  #window = 60;
  #length = 0;
  #clears: readonly number[] = [];

  constructor(host: HTMLElement, options: ChartOptions) {
    const { height, lines, unit, label, axes = true, log = false, below, onCursor } = options;
    this.#host = host;
    this.#lines = lines.length;
    this.#isLog = log;
    const axis = {
      show: axes,
      stroke: () => ink("muted"),
      font: inkFont(11),
      ticks: { show: false },
    };
    this.plot = new uPlot(
      {
        ...{ width: host.clientWidth || 300, height, pxAlign: 0 },
        padding: axes ? [8, 18, 0, 0] : [2, 0, 1, 0],
        legend: { show: false },
        cursor: {
          ...{ show: onCursor !== undefined, y: false, drag: { setScale: false } },
          points: { show: !log, size: 6 },
        },
        scales: {
          x: { time: false, range: () => [-this.#window + this.#stride, 0] },
          y: log
            ? { distr: 3, range: () => [...this.#range] as [number, number] }
            : { range: () => [-(this.#low?.max ?? 0), this.#top?.max ?? 1] },
        },
        axes: [
          {
            ...axis,
            ...{ size: 24, gap: 4, grid: { show: false } },
            splits: () => [1, 0.75, 0.5, 0.25, 0].map((part) => -this.#window * part),
            values: (_, splits) => splits.map(ageLabel),
          },
          {
            ...axis,
            ...{ size: 64, gap: 6 },
            values: (_, splits) => splits.map((v) => v ? text(v, unit) : v === 0 ? "0" : ""),
            grid: { stroke: () => log ? "transparent" : ink("line"), width: 1 },
            splits: (_, _axis, low, high) =>
              log ? decades(this.#range) : low < 0 ? [low, 0, high] : [low, high / 2, high],
          },
        ],
        series: [
          {},
          ...lines.map(({ width, color, fill }) => ({
            ...{ width: width ?? 1.5, points: { show: false }, spanGaps: false },
            stroke: () => ink(color),
            fill: fill === undefined ? undefined : () => ink(fill),
          })),
        ],
        hooks: {
          drawClear: below ? [(plot) => below(plot, this.#window)] : [],
          draw: [(plot) => this.#drawClears(plot)],
          setCursor: onCursor ? [(plot) => onCursor(plot.cursor.idx ?? null)] : [],
        },
      },
      [[], ...lines.map(() => [])],
      host,
    );
    this.#watch = new ResizeObserver(() => {
      if (host.clientWidth > 0) this.plot.setSize({ width: host.clientWidth, height });
    });
    this.#watch.observe(host);
    host.setAttribute("role", "img");
    host.setAttribute("aria-label", label);
    if (onCursor) this.#addKeys();
  }

  get #stride(): number {
    return this.#window / Math.max(1, this.#length);
  }

  /** Shows values. Gives the end of the axis. */
  set({ window, columns, range, clears = [] }: ChartData): number {
    this.#window = window;
    this.#length = columns[0]?.length ?? 0;
    this.#clears = clears;
    if (this.#isLog) this.#range = range ?? this.#range;
    else {
      let most = 0;
      let least = 0;
      for (const column of columns) {
        for (const value of column) {
          if (value > most && value < Infinity) most = value;
          if (value < least && value > -Infinity) least = value;
        }
      }
      const now = elapsed();
      this.#top = steady(this.#top, most || 1, now);
      this.#low = least < 0 ? steady(this.#low, -least, now) : undefined;
    }
    const stride = this.#stride;
    const n = this.#length;
    this.plot.setData([
      Array.from({ length: n }, (_, i) => -(n - 1 - i) * stride),
      ...columns.slice(0, this.#lines).map((column) =>
        column.map((value) => isFinite(value) ? value : null)
      ),
    ]);
    return this.#top?.max ?? this.#range[1];
  }

  /** The colours have changed. */
  restyle(): void {
    this.plot.redraw(false, true);
  }

  /** Nobody looks at it any more. */
  destroy(): void {
    this.#watch.disconnect();
    this.plot.destroy();
  }

  #drawClears(plot: Plot): void {
    const { ctx, bbox } = plot;
    for (const age of this.#clears) {
      if (age > this.#window) continue;
      const x = plot.valToPos(-age, "x", true);
      ctx.save();
      ctx.strokeStyle = ink("muted");
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.restore();
    }
  }

  #addKeys(): void {
    const host = this.#host;
    const { plot } = this;
    host.tabIndex = 0;
    on(host, "keydown", (event: KeyboardEvent) => {
      const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 };
      const by = Object.hasOwn(steps, event.key) ? steps[event.key] : 0;
      if (by === 0 || this.#length === 0) return;
      event.preventDefault();
      const index = Math.min(this.#length - 1, Math.max(0, (plot.cursor.idx ?? this.#length) + by));
      plot.setCursor({ left: plot.valToPos(plot.data[0][index], "x"), top: 10 });
      host.dispatchEvent(new Event("moved"));
    });
    on(host, "blur", () => plot.setCursor({ left: -10, top: -10 }));
  }
}
