/**
 * Heat maps: how values were spread in each step, and beside it how they were spread over the whole
 * window, on the same axis.
 *
 * @module
 */
import { stepOf } from "../shared/heat.ts";
import { h } from "./dom.ts";
import { heatInk, type Ink, ink, inkFont, sized } from "./ink.ts";
import type { Plot } from "./line_chart.ts";

const STEP_NAMES: readonly string[] = ["<0.1", "0.1", "0.3", "1", "3", "10", ">30 %"];

/** Counts by column and bin. */
export interface Cells {
  readonly columns: readonly Float64Array[];
  /** Upper bounds; the last one may be infinite. */
  readonly bounds: readonly number[];
  readonly lowest: number;
}

/** Draws the cells below the lines of a chart. */
export function drawCells(plot: Plot, { columns, bounds, lowest }: Cells, window: number): void {
  const { ctx, bbox } = plot;
  const n = columns.length;
  const width = bbox.width / Math.max(1, n - 1);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const y = (value: number) =>
    plot.valToPos(isFinite(value) ? value : plot.scales.y.max!, "y", true);
  const tops = bounds.map(y);
  const bottom = y(Math.max(lowest, plot.scales.y.min!));
  columns.forEach((counts, c) => {
    let total = 0;
    for (const count of counts) total += count;
    if (total === 0) return;
    const x = plot.valToPos(-(n - 1 - c) * window / n, "x", true) - width / 2;
    for (let bin = 0; bin < bounds.length; bin++) {
      if (!counts[bin]) continue;
      const height = (bin > 0 ? tops[bin - 1] : bottom) - tops[bin];
      ctx.fillStyle = heatInk(stepOf(counts[bin] / total));
      ctx.fillRect(
        x,
        tops[bin],
        Math.ceil(width) - (width > 5 ? 1 : 0),
        Math.max(1, height - (height > 4 ? 1 : 0)),
      );
    }
  });
  ctx.restore();
}

/** A value that is marked beside the distribution. */
export interface Mark {
  readonly value: number;
  readonly label: string;
  readonly color: Ink;
}

/** Draws the distribution of the whole window. */
export function drawDistribution(
  canvas: HTMLCanvasElement,
  plot: Plot,
  { columns, bounds, lowest }: Cells,
  marks: readonly Mark[],
): void {
  const ctx = sized(canvas);
  const { width, height } = canvas;
  const pixel = devicePixelRatio;
  ctx.clearRect(0, 0, width, height);
  const sums = bounds.map((_, bin) => columns.reduce((sum, counts) => sum + counts[bin], 0));
  const most = sums.reduce((a, b) => Math.max(a, b), 1);
  const reach = width - 92 * pixel;
  const { top, height: room } = plot.bbox;
  const y = (value: number) =>
    plot.valToPos(isFinite(value) ? value : plot.scales.y.max!, "y", true);
  ctx.fillStyle = heatInk(3);
  sums.forEach((count, bin) => {
    if (!count) return;
    const high = y(bounds[bin]);
    const low = y(bin > 0 ? bounds[bin - 1] : Math.max(lowest, plot.scales.y.min!));
    if (low < top || high > top + room) return;
    ctx.fillRect(0, high, Math.max(pixel, count / most * reach), Math.max(1, low - high - pixel));
  });
  ctx.font = inkFont(11 * pixel);
  ctx.textBaseline = "middle";
  let lastY = Infinity;
  for (const { value, label, color } of marks) {
    if (!(value > 0)) continue;
    const at = Math.max(top, Math.min(top + room, y(value)));
    // Labels never overlap: one that would is moved up, its tick stays.
    const textY = Math.min(at, lastY - 14 * pixel);
    lastY = textY;
    ctx.strokeStyle = ctx.fillStyle = ink(color);
    ctx.lineWidth = pixel;
    ctx.beginPath();
    ctx.moveTo(0, at);
    ctx.lineTo(reach, at);
    ctx.lineTo(reach + 8 * pixel, textY);
    ctx.stroke();
    ctx.fillText(label, reach + 11 * pixel, textY);
  }
}

/** What the colours and lines mean. */
export function legend(): HTMLElement {
  const ramp = STEP_NAMES.map((name, step) => {
    const box = h("i");
    box.style.background = `var(--heat-${step + 1})`;
    return h("span", box, name);
  });
  return h(
    "div.legend@legend",
    h("span", h("i.key"), "p50"),
    h("span", h("i.key.k99"), "p99"),
    h("span.ramp", "share of each column", ...ramp),
  );
}
