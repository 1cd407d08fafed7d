/**
 * Draws charts as SVG that is readable on light and dark pages. Deno only: the packages come from its cache, as `deno.lock` of this
 * folder pins them, so that no other task needs them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

interface Vega {
  View: new (flow: unknown, options: object) => { toSVG(): Promise<string> };
  parse(specification: object): unknown;
}

interface VegaLite {
  compile(specification: object): { spec: object };
}

/** A chart. */
export interface Chart {
  /** Its file, without the extension. */
  readonly name: string;
  /** What it shows, for those who do not see it. */
  readonly title: string;
  /** What Vega-Lite draws. */
  readonly specification: object;
}

/** What is written; `draw.ts` has a twin for dark pages. */
export const ink = "#1f2328";
/** Lines that are there to be overlooked; it has a twin too. */
export const faint = "#d8dee4";

/** Colours on dark pages. */
const dark: Readonly<Record<string, string>> = { [ink]: "#e6edf3", [faint]: "#373e47" };

/** What all charts look like. */
export const config = {
  background: null,
  font: "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
  view: { stroke: null },
  facet: { spacing: 40 },
  axis: {
    labelColor: ink,
    titleColor: ink,
    titleFontWeight: "normal",
    gridColor: faint,
    domainColor: faint,
    tickColor: faint,
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 0,
    labelFlush: false,
  },
  header: { labelColor: ink, labelFontSize: 13, labelFontWeight: "bold" },
  legend: {
    labelColor: ink,
    labelFontSize: 12,
    orient: "top",
    title: null,
    columns: 4,
    labelLimit: 0,
    columnPadding: 16,
  },
};

/** Times are nanoseconds; the labels of their axes have the unit that suits. */
export const timeLabels = "datum.value < 1e3 ? format(datum.value, '~g') + ' ns'" +
  " : datum.value < 1e6 ? format(datum.value / 1e3, '~g') + ' µs'" +
  " : datum.value < 1e9 ? format(datum.value / 1e6, '~g') + ' ms'" +
  " : format(datum.value / 1e9, '~g') + ' s'";

/** A logarithmic scale from the last tick below the values to the first above, with a line at these parts of each power of ten. */
export function logarithmic(values: readonly number[], parts: readonly number[] = [1]) {
  const ticks: number[] = [];
  for (let power = -3; power < 13; power++) {
    // Not 10 ** power: it is not 0.001.
    for (const part of parts) ticks.push(Number(`${part}e${power}`));
  }
  const least = ticks.findLast((tick) => tick <= Math.min(...values)) ?? ticks[0];
  const most = ticks.find((tick) => tick >= Math.max(...values)) ?? ticks.at(-1)!;
  return {
    scale: { type: "log", domain: [least, most], nice: false },
    ticks: ticks.filter((tick) => tick >= least && tick <= most),
  };
}

/** The mark that `draw` leaves in what it draws: which specification it was drawn from. */
export function fingerprint({ title, specification }: Chart): string {
  const text = JSON.stringify([title, specification]);
  return `<!-- specification ${createHash("sha256").update(text).digest("hex")} -->`;
}

/** Draws one. */
export async function draw(chart: Chart): Promise<string> {
  const [vega, vegaLite] = await Promise.all([load<Vega>("vega"), load<VegaLite>("vega-lite")]);
  const { spec } = vegaLite.compile(chart.specification);
  const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
  const start = svg.indexOf(">") + 1;
  const rules = Object.entries(dark).flatMap(([light, twin]) =>
    ["fill", "stroke"].map((property) => `[${property}="${light}"]{${property}:${twin}}`)
  );
  return svg.slice(0, start) + fingerprint(chart) + `<title>${chart.title}</title>` +
    `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>` +
    svg.slice(start) + "\n";
}

async function load<Package>(name: string): Promise<Package> {
  const manifest = new URL("./package.json", import.meta.url);
  const version = JSON.parse(readFileSync(manifest, "utf8")).dependencies[name];
  // Not a literal: whoever checks the types of this file shall not need the packages.
  return await import(["npm:", name, "@", version].join(""));
}
