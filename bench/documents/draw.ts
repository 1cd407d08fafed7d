/**
 * The look of all charts, and how they become SVG that is readable on light and dark pages. Drawing
 * needs Deno: the packages come from its cache, as `deno.lock` of this folder pins them.
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
  /** The name of its file, without the extension. */
  readonly name: string;
  /** The title, which says what the chart shows to readers who cannot see it. */
  readonly title: string;
  /** The Vega-Lite specification. */
  readonly specification: object;
}

/** The colour of text. {@linkcode draw} replaces it on dark pages. */
export const ink = "#1f2328";
/** The colour of axes and grids. {@linkcode draw} replaces it on dark pages. */
export const faint = "#d8dee4";

/** The colours of dark pages. */
const dark: Readonly<Record<string, string>> = { [ink]: "#e6edf3", [faint]: "#373e47" };

/** The configuration of all charts. */
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

/**
 * The Vega expression for labels of times: nanoseconds become µs, ms or s where these suit better.
 */
export const timeLabels = "datum.value < 1e3 ? format(datum.value, '~g') + ' ns'" +
  " : datum.value < 1e6 ? format(datum.value / 1e3, '~g') + ' µs'" +
  " : datum.value < 1e9 ? format(datum.value / 1e6, '~g') + ' ms'" +
  " : format(datum.value / 1e9, '~g') + ' s'";

/**
 * A logarithmic scale from the last tick below the values to the first one above.
 *
 * @param parts The ticks in each power of ten
 */
export function logarithmic(values: readonly number[], parts: readonly number[] = [1]) {
  const ticks: number[] = [];
  for (let power = -3; power < 13; power++) {
    // Not 10 ** power: 10 ** -3 is not 0.001.
    for (const part of parts) ticks.push(Number(`${part}e${power}`));
  }
  const least = ticks.findLast((tick) => tick <= Math.min(...values)) ?? ticks[0];
  const most = ticks.find((tick) => tick >= Math.max(...values)) ?? ticks.at(-1)!;
  return {
    scale: { type: "log", domain: [least, most], nice: false },
    ticks: ticks.filter((tick) => tick >= least && tick <= most),
  };
}

/** The comment in a drawn chart that identifies its specification. */
export function fingerprint({ title, specification }: Chart): string {
  const text = JSON.stringify([title, specification]);
  return `<!-- specification ${createHash("sha256").update(text).digest("hex")} -->`;
}

/** Draws a chart as SVG. */
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
  // Not a literal: checking the types of this file must not need the packages.
  return await import(["npm:", name, "@", version].join(""));
}
