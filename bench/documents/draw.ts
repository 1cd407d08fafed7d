/**
 * Draws charts as SVG that is readable on light and dark pages. Deno only: the packages come from its cache, as `deno.lock` of this
 * folder pins them, so that no other task needs them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Chart, faint, ink } from "./charts.ts";

interface Vega {
  View: new (flow: unknown, options: object) => { toSVG(): Promise<string> };
  parse(specification: object): unknown;
}

interface VegaLite {
  compile(specification: object): { spec: object };
}

/** Colours on dark pages. */
const dark: Readonly<Record<string, string>> = { [ink]: "#e6edf3", [faint]: "#373e47" };

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
