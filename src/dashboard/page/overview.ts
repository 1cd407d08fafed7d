/**
 * The overview: the verdict, a cell for each thread, a tile for each metric, the library's own
 * figures.
 *
 * @module
 */
import { evidenceOf, type ThreadView, worstFirst } from "../shared/conditions.ts";
import { mainFigure, seriesCount, unitOfField } from "../shared/figures.ts";
import { exact, percent, shortUnit, text, trend } from "../shared/format.ts";
import { figure, glyph, h, put } from "./dom.ts";
import { metricHref } from "./link.ts";
import { LineChart } from "./line_chart.ts";
import type { MetricModel, Model } from "../shared/model.ts";
import { spark } from "./spark.ts";
import { type App, headline, showCondition, type View } from "./view.ts";

/** Of more threads than these, those that are well are folded. */
const MOST_CELLS = 24;
/** A limit is close from here on. */
const CLOSE = 0.9;

/** Makes the view. */
export function overview(app: App, model: Model): View {
  const head = headline(app);
  const threads = threadStrip(app);
  const empty = emptyBox(model);
  const box = h("div.tiles@tiles");
  const tiles = model.metrics.map((metric) => tile(metric, box));
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const found = tiles.find(({ node }) => node === target);
      if (found) found.isInSight = isIntersecting;
    }
  }, { rootMargin: "200px" });
  for (const { node } of tiles) {
    box.append(node);
    watch.observe(node);
  }
  const self = selfStrip();
  const ages = (now: Model) => {
    head.update(now);
    threads.ages(now);
  };
  return {
    nodes: [head.node, threads.node, empty, box, self.node],
    update(now) {
      empty.hidden = now.threads.length > 0;
      threads.update(now);
      ages(now);
      for (const one of tiles) one.update(now.byName.get(one.name) ?? model.metrics[0], now);
      self.update(now);
    },
    ages,
    restyle: () => tiles.forEach((one) => one.restyle()),
    destroy() {
      watch.disconnect();
      tiles.forEach((one) => one.destroy());
    },
  };
}

/** What to do when there is no thread yet: the two lines of code that change that. */
function emptyBox(model: Model): HTMLElement {
  const name = model.metrics.find(({ info }) => info.kind === "counter" && info.labels.length === 0)
    ?.info.name;
  const use = name === undefined ? "" : `\nmetrics.${name}.add();`;
  const code =
    `const { metrics } = ThreadStats.attach(schema, handle).registerThread("worker-1");${use}`;
  return h(
    "section.empty@empty",
    { hidden: "" },
    h("h2", "The metrics are there; nobody counts yet"),
    h("p", "A thread shows here as soon as it has registered. In a worker:"),
    h("pre", code),
    h("p.also", "This page looks again each second; there is no need to reload it."),
  );
}

interface Cell {
  readonly node: HTMLElement;
  update(thread: ThreadView, model: Model): void;
  ages(thread: ThreadView, model: Model): void;
}

/** A cell for each thread; of many, those that are ill and as many others as there is room for. */
function threadStrip(
  app: App,
): { node: HTMLElement; update(m: Model): void; ages(m: Model): void } {
  const node = h("div.strip@thread-strip");
  const cells = new Map<number, Cell>();
  const rest = h("a.cell.rest@threads-rest", { href: "#/threads" });
  let shown: readonly ThreadView[] = [];
  let order = "";
  return {
    node,
    update(model) {
      const isMany = model.threads.length > MOST_CELLS;
      const sorted = isMany ? worstFirst(model.threads) : model.threads;
      shown = isMany ? sorted.slice(0, MOST_CELLS - 1) : sorted;
      const folded = sorted.slice(shown.length);
      const wanted = `${shown.map(({ slot }) => slot).join(" ")} ${isMany}`;
      // Nothing moves under the pointer: the order changes when it has gone.
      const isFirst = order === "";
      if (wanted !== order && (isFirst || !node.matches(":hover"))) {
        order = wanted;
        for (const { slot } of shown) if (!cells.has(slot)) cells.set(slot, threadCell(slot));
        node.replaceChildren(
          ...shown.map(({ slot }) => cells.get(slot)!.node),
          ...(isMany ? [rest] : []),
        );
      }
      const moving = folded.filter(({ condition }) => condition === "moving").length;
      const others = folded.length - moving;
      put(
        rest,
        [
          moving > 0 && `and ${moving} moving`,
          others > 0 && `${moving > 0 ? "" : "and "}${others} more`,
        ]
          .filter(Boolean).join(", "),
      );
      for (const thread of shown) cells.get(thread.slot)?.update(thread, model);
    },
    ages(model) {
      for (const { slot } of shown) {
        const thread = model.threads.find((one) => one.slot === slot);
        if (thread) cells.get(slot)?.ages(thread, model);
      }
    },
  };
  function threadCell(slot: number): Cell {
    const sign = glyph();
    const name = h("span");
    const speed = figure();
    const said = h("span.said");
    const line = h<HTMLCanvasElement>("canvas.spark");
    const cell = h(
      `a.cell@thread-${slot}`,
      { href: `#/threads?at=${slot}` },
      h("span.name", sign, name),
      speed,
      said,
      line,
    );
    const ages = (thread: ThreadView, model: Model) => {
      showCondition(cell, sign, thread);
      const share = percent((model.rates[slot] || 0) / (model.rate || 1));
      put(
        said,
        thread.condition === "moving" ? `moving · ${share}` : evidenceOf(thread, app.now()),
      );
    };
    return {
      node: cell,
      ages,
      update(thread, model) {
        put(name, thread.name);
        name.title = thread.name;
        speed.showRate(model.rates[slot]);
        spark(line, model.work[slot]?.values());
      },
    };
  }
}

interface Tile {
  readonly name: string;
  readonly node: HTMLElement;
  isInSight: boolean;
  update(metric: MetricModel, model: Model): void;
  restyle(): void;
  destroy(): void;
}

/** A metric at a glance. Its chart is made when it comes into sight. */
function tile({ info }: MetricModel, box: HTMLElement): Tile {
  const { name, kind, help, lines } = info;
  const isHistogram = kind === "histogram";
  const unit = shortUnit(info.unit);
  const big = figure();
  const change = h("span.trend");
  const small = h("span.small");
  const limit = h("span.limit");
  const host = h("div.chart");
  const node = h(
    `a.tile@tile-${name}`,
    { href: metricHref(name) },
    h("span.name", { title: help }, name),
    h("span.kind", kind),
    h("span.value", big),
    change,
    small,
    limit,
    host,
  );
  // The first ones are in sight before the observer says so.
  const isEarly = box.children.length < 12;
  const axisUnit = kind === "record"
    ? `${unitOfField(lines[0])}/s`
    : kind === "counter"
    ? `${unit}/s`
    : unit;
  let chart: LineChart | undefined;
  const made: Tile = {
    name,
    node,
    isInSight: isEarly,
    update(metric, model) {
      const { window } = model.full;
      const [value, valueUnit, action] = mainFigure(metric);
      put(big.firstChild!, value);
      put(big.lastChild!, valueUnit);
      const q99 = lines.indexOf("p99");
      const first = metric.rings[isHistogram ? q99 : 0].values();
      put(change, trend(first));
      put(small, secondFigure(metric, action, unit));
      if (!made.isInSight) return;
      chart ??= new LineChart(host, {
        height: 52,
        axes: false,
        unit: axisUnit,
        label: `${name}: ${help}`,
        lines: isHistogram
          ? [{ color: "p99" }, { color: "p50" }]
          : [{ color: "accent", fill: "accent-fill" }],
      });
      const columns = isHistogram ? [first, metric.rings[lines.indexOf("p50")].values()] : [first];
      const top = chart.set({ window, columns });
      put(limit, columns[0].some(isFinite) ? text(top, axisUnit) : "");
    },
    restyle: () => chart?.restyle(),
    destroy: () => chart?.destroy(),
  };
  return made;
}

function secondFigure(
  { info, q, latest, totals }: MetricModel,
  action: string,
  unit: string,
): string {
  switch (info.kind) {
    case "histogram":
      return `${action} · p50 ${text(q[0], unit)}`;
    case "gauge":
      return action;
    case "counter":
      return `${text(totals[0], unit)} in all`;
    case "record":
      return latest.length > 1
        ? text(latest[1], `${unitOfField(info.lines[1]) || info.lines[1]}/s`)
        : latest.length === 1
        ? `${text(totals[0], unitOfField(info.lines[0]))} in all`
        : `${exact(info.count)} series`;
  }
}

/** The library's own figures; amber where a limit is close. */
function selfStrip(): { node: HTMLElement; update(model: Model): void } {
  const names = ["Memory", "Slots", "Series", "Overflowed", "Refused", "Re-reads"];
  const values = names.map(() => h("dd"));
  const node = h(
    "div.self@self-strip",
    ...names.map((name, i) => h("dl", h("dt", name), values[i])),
  );
  return {
    node,
    update(model) {
      const { self, threads, metrics } = model;
      const labelled = metrics.filter(({ info }) => info.labels.length > 0);
      const series = seriesCount(model);
      const most = labelled.reduce((sum, { info }) => sum + info.max, 0);
      const overflowed = Object.values(self.overflowed).reduce((sum, count) => sum + count, 0);
      const taken = threads.filter(({ state }) => state !== "retired").length;
      const words = [
        `${text(self.used, "B")} of ${text(self.max, "B")}`,
        `${exact(taken)} of ${exact(self.maxThreads)}`,
        `${exact(series)} of ${exact(most)}`,
        exact(overflowed),
        exact(self.refused),
        exact(self.retries),
      ];
      const close = [
        self.used >= CLOSE * self.max,
        taken >= CLOSE * self.maxThreads,
        labelled.some(({ info, count }) => count >= CLOSE * info.max),
        overflowed > 0 && labelled.some(({ info, count }) => count >= info.max),
        false,
        false,
      ];
      values.forEach((value, i) => {
        put(value, words[i]);
        value.parentElement!.classList.toggle("close", close[i]);
      });
    },
  };
}
