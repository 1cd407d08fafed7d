/**
 * The charts of the documents as Vega-Lite specifications, from the results. They are plain values,
 * which tests can compare under any runtime without the library that draws.
 *
 * @module
 */

import type { GroupName } from "../cases/case.ts";
import type { Results } from "../results.ts";
import { type Chart, config, logarithmic, timeLabels } from "./draw.ts";
import { titleOf } from "./tables.ts";

/** Colours that stand out from white and from nearly black. This library has the strongest one. */
const colors: Readonly<Record<string, string>> = {
  "this library": "#1f6feb",
  "plain, private": "#8b949e",
  "mutex": "#e5534b",
  "shared atomics": "#c69026",
  "prom-client": "#3d9a50",
  "@prometheus-io/client": "#2a9d9d",
  "OpenTelemetry SDK": "#a371f7",
  "postMessage": "#db6d28",
};

const names: Readonly<Record<string, string>> = {
  "library": "this library",
  "plain": "plain, private",
  "OpenTelemetry": "OpenTelemetry SDK",
};

const nameOf = (name: string) => names[name] ?? name;

interface Point {
  readonly runtime: string;
  readonly name: string;
  readonly [key: string]: string | number;
}

const valuesOf = (points: readonly Point[], field: string) =>
  points.map((each) => Number(each[field]));

/** The points that `read` makes of the rows of all runtimes, in the order of drawing. */
function points(
  { runtimes }: Results,
  read: (
    row: Results["runtimes"][string]["rows"][number],
  ) => Record<string, string | number> | undefined,
): Point[] {
  const depth = ({ name }: Point) => Object.keys(colors).indexOf(name);
  const found = Object.entries(runtimes).flatMap(([runtime, { rows }]) =>
    rows.flatMap((row) => {
      // A logarithmic scale has no 0.
      const point = row.value === null || row.value <= 0 ? undefined : read(row);
      return point === undefined
        ? []
        : [{ runtime: titleOf(runtime), name: nameOf(row.name), ...point }];
    })
  );
  // The last ones lie on top: those of this library.
  return found.toSorted((a, b) => depth(b) - depth(a));
}

/** Both colour and shape stand for the name, so that either of them is enough. */
function byName(values: readonly Point[]) {
  const domain = Object.keys(colors).filter((name) => values.some((value) => value.name === name));
  const scale = { domain, range: domain.map((name) => colors[name]) };
  return {
    color: { field: "name", type: "nominal", scale },
    shape: {
      field: "name",
      type: "nominal",
      scale: {
        domain,
        range: domain.map((name) => shapes[Object.keys(colors).indexOf(name) % shapes.length]),
      },
    },
  };
}

const shapes = [
  ...["circle", "square", "triangle-up", "diamond"],
  ...["cross", "triangle-down", "triangle-right", "triangle-left"],
];

function byRuntime(results: Results) {
  const sort = Object.keys(results.runtimes).map(titleOf);
  return { field: "runtime", type: "nominal", sort, title: null };
}

/** A chart with rows of dots on a logarithmic scale, and a panel for each runtime. */
function dots(
  results: Results,
  { values, order, axis, width, step }: {
    values: readonly Point[];
    order: readonly string[];
    axis: string;
    width: number;
    step: number;
  },
): object {
  const { scale, ticks } = logarithmic(valuesOf(values, "value"));
  return {
    data: { values },
    config,
    width,
    height: { step },
    mark: { type: "point", filled: true, size: 75, opacity: 0.9 },
    encoding: {
      column: byRuntime(results),
      y: {
        field: "case",
        type: "nominal",
        sort: order,
        title: null,
        axis: { grid: true, ticks: false, domain: false, labelPadding: 8 },
      },
      x: {
        field: "value",
        type: "quantitative",
        scale,
        title: axis,
        axis: { values: ticks, labelExpr: timeLabels },
      },
      ...byName(values),
    },
  };
}

const updateGroups: ReadonlyMap<GroupName, string> = new Map([
  ["counter add", "counter add"],
  ["labelled add, bound child", "labelled add, child kept"],
  ["labelled add, fresh lookup", "labelled add, looked up"],
  ["gauge set", "gauge set"],
  ["histogram record", "histogram record"],
  ["record update", "record of 4 fields, update"],
  ["record burst of 32", "the same in bursts of 32"],
]);

function updates(results: Results): Chart {
  const title = (group: string, threads: unknown) => {
    const name = updateGroups.get(group as GroupName);
    return threads === 2 && name !== undefined ? `${name}, 2 threads` : name;
  };
  const order = [...updateGroups.keys()].flatMap((group) => [title(group, 1)!, title(group, 2)!]);
  const values = points(results, ({ group, name, at, value }) => {
    const row = title(group, at.threads);
    return row === undefined || colors[nameOf(name)] === undefined
      ? undefined
      : { case: row, value: value! };
  });
  return {
    name: "updates",
    title: "Time of one update, by implementation and runtime; logarithmic, less is better",
    specification: dots(results, {
      values,
      order,
      axis: "time of an update (log)",
      width: 220,
      step: 24,
    }),
  };
}

function scrapes(results: Results): Chart {
  const order = ["idle workers", "one busy for 2 s", "all busy for 2 s"];
  const values = points(results, ({ group, value }) => {
    const when = group.replace("scrape, ", "");
    return order.includes(when) ? { case: when, value: value! } : undefined;
  });
  return {
    name: "scrape",
    title:
      "Time to collect what 8 workers have counted, by implementation; logarithmic, less is better",
    specification: dots(results, {
      values,
      order,
      axis: "time to collect (log)",
      width: 220,
      step: 34,
    }),
  };
}

function contention(results: Results): Chart {
  const values = points(
    results,
    ({ group, at, value }) =>
      group === "contention, in all" ? { threads: at.threads, value: value! } : undefined,
  );
  const threads = [...new Set(valuesOf(values, "threads"))].sort((a, b) => a - b);
  const { scale, ticks } = logarithmic(valuesOf(values, "value"), [1, 2, 5]);
  return {
    name: "contention",
    title:
      "Million record updates per second of all threads together, by the number of threads; more is better",
    specification: {
      data: { values },
      config,
      width: 220,
      height: 220,
      mark: { type: "line", point: { filled: true, size: 60 } },
      encoding: {
        column: byRuntime(results),
        x: {
          field: "threads",
          type: "quantitative",
          title: `threads (${results.cores} cores)`,
          scale: { nice: false, padding: 10 },
          axis: { values: threads, format: "d", grid: false },
        },
        y: {
          field: "value",
          type: "quantitative",
          scale,
          title: "million updates per second (log)",
          axis: { values: ticks, format: "~g" },
        },
        ...byName(values),
      },
    },
  };
}

const runtimeColors = ["#1f6feb", "#db6d28", "#3d9a50"];

function snapshots(results: Results): Chart {
  const panels: Readonly<Record<string, string>> = {
    "snapshot, more slots": "64 records, 1 to 1024 slots",
    "snapshot, more buckets": "1 slot, 1 to 1,000,000 records",
  };
  const values = points(
    results,
    ({ group, at, value }) =>
      panels[group] === undefined ? undefined : {
        panel: panels[group],
        cells: Number(at.slots) * Number(at.buckets),
        value: value!,
      },
  );
  const domain = Object.keys(results.runtimes).map(titleOf);
  const x = logarithmic(valuesOf(values, "cells"));
  const y = logarithmic(valuesOf(values, "value"));
  return {
    name: "snapshots",
    title: "Time of a snapshot by the number of records in use, by runtime; both logarithmic",
    specification: {
      data: { values },
      config,
      width: 330,
      height: 240,
      mark: { type: "line", point: { filled: true, size: 50 } },
      encoding: {
        column: { field: "panel", type: "nominal", sort: Object.values(panels), title: null },
        x: {
          field: "cells",
          type: "quantitative",
          scale: x.scale,
          title: "records in use, of all slots (log)",
          axis: { values: x.ticks, format: "~s" },
        },
        y: {
          field: "value",
          type: "quantitative",
          scale: y.scale,
          title: "time of a snapshot (log)",
          axis: { values: y.ticks, labelExpr: timeLabels },
        },
        color: { field: "runtime", type: "nominal", scale: { domain, range: runtimeColors } },
        shape: { field: "runtime", type: "nominal", scale: { domain, range: shapes.slice(0, 3) } },
      },
    },
  };
}

/** All charts. */
export function charts(results: Results): Chart[] {
  return [updates(results), contention(results), snapshots(results), scrapes(results)];
}
