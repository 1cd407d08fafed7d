/**
 * Figures that stand for a metric and for the program, on the page and in the terminal.
 *
 * @module
 */
import { parts, rate, shortUnit } from "./format.ts";
import type { MetricModel, Model } from "./model.ts";

/** What stands for a metric in one figure: number and unit, and what it is. */
export function mainFigure({ info, latest, q }: MetricModel): [string, string, string] {
  const unit = shortUnit(info.unit);
  switch (info.kind) {
    case "histogram":
      return [...parts(q[2], unit), "p99"];
    case "gauge":
      return [...parts(latest[0], unit), "now"];
    case "record":
      return [...rate(latest[0], unitOfField(info.lines[0])), ""];
    case "counter":
      return [...rate(latest[0], unit), ""];
  }
}

/** The unit of a record's field, which is told by its name alone. */
export function unitOfField(name: string | undefined): string {
  return name !== undefined && /bytes|octets/i.test(name) ? "B" : "";
}

/** How many series there are of metrics that have any. */
export function seriesCount({ metrics }: Model): number {
  return metrics.reduce((sum, { info, count }) => sum + (info.labels.length > 0 ? count : 0), 0);
}
