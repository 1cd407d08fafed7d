/**
 * The targets of the library, as figures that follow from the rows of one runtime.
 *
 * @module
 */

import type { GroupName } from "./cases/case.ts";
import { groups, type ImplementationName } from "./cases/catalogue.ts";
import { describe } from "./figures.ts";
import type { Row } from "./results.ts";

/** One target. */
export interface Target {
  readonly name: string;
  readonly limit: number;
  /** Whether the figure must be at least the limit, rather than at most. */
  readonly isLeast?: boolean;
  /** The figure, or `NaN` when rows are missing. */
  measure(rows: readonly Row[]): number;
}

/** How well a target was met. */
export interface Verdict {
  /** The figure, or `NaN` when it is unknown. */
  readonly value: number;
  readonly isMet: boolean;
  /** The figure divided by the limit, or the limit by the figure with `isLeast`. Up to 1 is met. */
  readonly miss: number;
}

/** Compares the rows of one runtime with a target. */
export function judge({ limit, isLeast = false, measure }: Target, rows: readonly Row[]): Verdict {
  const value = measure(rows);
  const miss = isLeast ? limit / value : value / limit;
  return { value, isMet: miss <= 1, miss };
}

/**
 * The value of the first row with this name whose circumstances include `at`, or `NaN` when there
 * is none.
 */
export function find(
  rows: readonly Row[],
  group: string,
  { name, at = {} }: { readonly name: string; readonly at?: Partial<Row["at"]> },
): number {
  const found = rows.find((row) =>
    row.group === group && row.name === name &&
    Object.entries(at).every(([key, value]) => row.at[key] === value)
  );
  return found?.value ?? NaN;
}

/** The nanoseconds of the library divided by those of `rival`. */
function ratio(
  group: GroupName,
  rival: ImplementationName,
  { name = "library", threads = 1 }: { name?: ImplementationName; threads?: number } = {},
): Target["measure"] {
  const at = { threads };
  return (rows) => find(rows, group, { name, at }) / find(rows, group, { name: rival, at });
}

type Sizes = readonly Readonly<Record<string, number>>[];

/** One target for each of the sizes. */
function perSize(
  name: string,
  { limit, sizes, measure }: {
    limit: number;
    sizes: Sizes;
    measure: (rows: readonly Row[], at: Record<string, number>) => number;
  },
): Target[] {
  return sizes.map((at) => ({
    name: `${name}, ${describe(at)}`,
    limit,
    measure: (rows) => measure(rows, at),
  }));
}

/** The numbers of slots and buckets at which a group is measured. */
function sizesOf(group: GroupName): Sizes {
  return groups[group].comparisons.map(({ at }) => at as Record<string, number>);
}

/** Targets for the nanoseconds of a read, divided by the number of cells that it reads. */
function perCell(group: GroupName, limit: number, name: string): Target[] {
  return perSize(name, {
    limit,
    sizes: sizesOf(group),
    measure: (rows, at) =>
      find(rows, group, { name: "library", at }) / (at.slots * (at.buckets ?? 1)),
  });
}

function memory(kind: "counter" | "record", limit: number): Target[] {
  return perSize(`memory per slot and ${kind === "counter" ? kind : "record of 4 fields"}, bytes`, {
    limit,
    sizes: sizesOf(`snapshot of ${kind}s`),
    measure: (rows, at) => find(rows, `memory, per slot and ${kind}`, { name: "library", at }),
  });
}

const bound = "labelled add, bound child";
const lookup = "labelled add, fresh lookup";
const histogram = "histogram record";

const scrapes = ["idle workers", "one busy for 2 s", "all busy for 2 s"].map((when): Target => ({
  name: `scrape of 8 workers, ${when}: times faster than @prometheus-io/client`,
  limit: 50,
  isLeast: true,
  measure: (rows) =>
    find(rows, `scrape, ${when}`, { name: "@prometheus-io/client" }) /
    find(rows, `scrape, ${when}`, { name: "library" }),
}));

const expositions = ["prom-client", "@prometheus-io/client"].map((rival): Target => ({
  name: `scrape of 100,000 series: times faster than ${rival}`,
  limit: 3,
  isLeast: true,
  measure: (rows) =>
    find(rows, "exposition, time", { name: rival }) /
    find(rows, "exposition, time", { name: "library" }),
}));

/** All targets. */
export const targets: readonly Target[] = [
  { name: "counter add / plain `+=`", limit: 1.5, measure: ratio("counter add", "plain") },
  { name: "bound labelled add / plain `+=`", limit: 1.5, measure: ratio(bound, "plain") },
  {
    name: "bound labelled add: times faster than prom-client",
    limit: 25,
    isLeast: true,
    measure: (rows) => 1 / ratio(bound, "prom-client")(rows),
  },
  {
    name: "record update / uncontended mutex",
    limit: 0.7,
    measure: ratio("record update", "mutex"),
  },
  {
    name: "record update / mutex, 2 threads",
    limit: 0.12,
    measure: ratio("record update", "mutex", { threads: 2 }),
  },
  {
    name: "record update: atomic operations",
    limit: 1,
    measure: (rows) => find(rows, "atomic operations", { name: "record update" }),
  },
  {
    name: "record burst of 32 / plain additions, per change",
    limit: 1.5,
    measure: ratio("record burst of 32", "plain"),
  },
  ...(["library", "library, boundaries"] as const).flatMap((name): Target[] =>
    ([
      ["prom-client", 0.1],
      ["hdr-histogram-js", 0.7],
      ["hdr-histogram-js, WASM", 0.7],
    ] as const).map(([rival, limit]) => ({
      name: `histogram record${name === "library" ? "" : ", boundaries"} / ${rival}`,
      limit,
      measure: ratio(histogram, rival, { name }),
    }))
  ),
  { name: "labels lookup / prom-client", limit: 0.3, measure: ratio(lookup, "prom-client") },
  ...perCell("record read", 80, "read of one record, ns per slot"),
  {
    name: "read of one record: bytes allocated beside the result",
    // Less than any object. Something is left of a million calls.
    limit: 1,
    measure: (rows) => find(rows, "heap, per record read", { name: "beside the result" }),
  },
  ...perCell("snapshot of counters", 15, "snapshot, ns per slot and counter"),
  ...perCell("snapshot of records", 60, "snapshot, ns per slot and record"),
  ...memory("counter", 14),
  ...memory("record", 160),
  {
    name: "memory: MiB resident of 1 GiB reserved",
    limit: 1,
    measure: (rows) => find(rows, "memory, 1 GiB reserved and unused", { name: "library" }),
  },
  ...scrapes,
  ...expositions,
  {
    name: "scrape of 100,000 series, ms",
    limit: 150,
    measure: (rows) => find(rows, "exposition, time", { name: "library" }) / 1e6,
  },
];
