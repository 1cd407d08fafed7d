/**
 * One series opened.
 *
 * @module
 */
import { unitOfField } from "../shared/figures.ts";
import { exact, parts, rate as rateText, shortUnit } from "../shared/format.ts";
import type { MetricInfo } from "../shared/protocol.ts";
import { h, put } from "./dom.ts";
import type { Model } from "../shared/model.ts";
import { fieldText } from "../shared/series_fields.ts";
import { spark } from "./spark.ts";

/**
 * One series opened: all of its labels and figures, in a box that floats, so that nothing moves.
 */
export function seriesDetail(info: MetricInfo, close: () => void) {
  const facts = h("dl");
  const line = h<HTMLCanvasElement>("canvas.spark");
  const node = h(
    "section.drawer@series-detail",
    { hidden: "", "aria-label": "One series" },
    h(
      "header",
      h("h2", "One series"),
      h("button.button", { onclick: close }, "Close"),
    ),
    facts,
    line,
  );
  let shown = -1;
  return {
    node,
    show(model: Model, id: number, ask: (id: number) => void) {
      node.hidden = id < 0;
      if (id < 0) {
        shown = -1;
        return;
      }
      const series = model.series!;
      const unit = shortUnit(info.unit);
      const rows: [string, string][] = info.labels.map((label, l) => [
        label,
        series.label(l, id) ?? (id === series.overflow ? "all others" : "–"),
      ]);
      rows.push(["id", `#${id}`]);
      info.columns.forEach((column, c) => {
        const value = series.value(c, id);
        // Only records have several sums.
        const named = info.kind === "record" ? `${column.name} ` : "";
        const u = info.kind === "record"
          ? unitOfField(column.name)
          : column.name === "count"
          ? ""
          : unit;
        if (column.mode === "sum") {
          rows.push([`${named}per second`, rateText(series.rate(c, id), u).join("\u202f")]);
          rows.push([`${named}in all`, exact(value) + (u && `\u202f${u}`)]);
        } else {
          const words = column.op === undefined
            ? parts(value, unit).join("\u202f").trim()
            : fieldText(column, value, { now: model.at, every: model.full.every });
          rows.push([column.name, words]);
        }
      });
      if (facts.children.length !== rows.length * 2) {
        facts.replaceChildren(...rows.flatMap(() => [h("dt"), h("dd")]));
      }
      rows.forEach(([name, value], i) => {
        put(facts.children[2 * i], name);
        put(facts.children[2 * i + 1], value);
      });
      if (shown !== id) {
        shown = id;
        ask(id);
      }
      spark(line, series.line(id));
    },
  };
}
