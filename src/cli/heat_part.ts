/**
 * How the values of a histogram were spread: quantiles in one line, or a heat map.
 *
 * @module
 */
import { shortUnit, text } from "../dashboard/shared/format.ts";
import { stepOf } from "../dashboard/shared/heat.ts";
import type { MetricModel, Model } from "../dashboard/shared/model.ts";
import { type Line, line } from "./paint.ts";
import type { Screen } from "./screen.ts";
import { rule } from "./table.ts";
import { pad, safe } from "./width.ts";

/** The lines of a heat map with its rule and its axis. */
export const HEAT_HEIGHT = 9;
/** The lines of the quantiles with their rule. */
export const QUANTILE_HEIGHT = 2;
/** From so many columns on there is room for a heat map with its quantiles. */
export const HEAT_WIDTH = 96;
const NAMES: readonly string[] = ["p50", "p90", "p99", "p99.9", "max"];
/** What stands for the shares of a column, by their steps. */
const SHADES = "··░░▒▓▓";

/** Quantiles of the window, with their names. */
export function quantilesOf(model: Model, { info }: MetricModel): [string, string][] {
  const unit = shortUnit(info.unit);
  return NAMES.map((name, i) => [name, text(model.windowQ[i], unit)]);
}

/** Quantiles in one line. */
export function quantileLines({ model, width }: Screen, metric: MetricModel): Line[] {
  const words = quantilesOf(model, metric).map(([name, value]) => `${name} ${safe(value)}`);
  return [
    rule(safe(metric.info.name), "Enter: heat map", width),
    line(`   ${words.join("   ")}`),
  ];
}

/** The heat map, in so many lines. */
export function heatLines(
  { model, width, state }: Screen,
  metric: MetricModel,
  height: number,
): Line[] {
  const { info } = metric;
  const unit = shortUnit(info.unit);
  const help = info.help === "" ? "" : ` · ${safe(info.help)}`;
  const right = state.opened ? "Esc: back" : "Enter: whole screen";
  const out = [rule(`${safe(info.name)}${help} · share of each column`, right, width)];
  const rows = bands(model, info.bounds?.length ?? 0, height - 2);
  const totals = model.cells.map((counts) => counts.reduce((a, b) => a + b, 0));
  const beside = quantilesOf(model, metric).map(([name, value]) =>
    `${pad(name, 5)} ${safe(value)}`
  );
  if (rows.length === 0) out.push(line(["   nothing was recorded in this window", "dim"]));
  rows.forEach(([first, last], i) => {
    const bound = info.bounds?.[last] ?? null;
    const label = bound === null ? "∞" : text(bound, unit);
    const cells = model.cells.map((counts, c) => {
      let sum = 0;
      for (let bin = first; bin <= last; bin++) sum += counts[bin] ?? 0;
      return sum === 0 ? " " : SHADES[stepOf(sum / totals[c])];
    }).join("");
    out.push(line(`${pad(safe(label), 9, "right")} ┤`, cells, `      ${beside[i] ?? ""}`));
  });
  const axis = [1, 0.75, 0.5, 0.25].map((part) => pad(`−${state.window * part} s`, 15)).join("");
  out.push(line(
    [`${" ".repeat(11)}${axis.slice(0, 57)}now`, "dim"],
    ["      · <0.3  ░ 0.3  ▒ 3  ▓ >10 %", "dim"],
  ));
  return out;
}

/** The bins that have anything, as at most `most` bands of equal numbers of bins, highest first. */
function bands(model: Model, bins: number, most: number): [number, number][] {
  let lowest = bins;
  let highest = -1;
  for (const counts of model.cells) {
    for (let bin = 0; bin < bins; bin++) {
      if (!counts[bin]) continue;
      lowest = Math.min(lowest, bin);
      highest = Math.max(highest, bin);
    }
  }
  if (highest < 0 || most < 1) return [];
  const each = Math.ceil((highest - lowest + 1) / most);
  const found: [number, number][] = [];
  for (let first = lowest; first <= highest; first += each) {
    found.unshift([first, Math.min(highest, first + each - 1)]);
  }
  return found;
}
