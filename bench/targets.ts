/**
 * What the library is meant to reach, as figures that follow from the rows of one runtime.
 *
 * @module
 */

import type { ImplementationName } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import type { Row } from "./results.ts";

/** One target. */
export interface Target {
  readonly name: string;
  readonly limit: number;
  /** Whether the figure must be at least the limit, rather than at most. */
  readonly isLeast?: boolean;
  /** The figure; `NaN` when the rows do not tell. */
  measure(rows: readonly Row[]): number;
}

function find(rows: readonly Row[], group: string, name: string, at: Partial<Row["at"]>): number {
  const found = rows.find((row) =>
    row.group === group && row.name === name &&
    Object.entries(at).every(([key, value]) => row.at[key] === value)
  );
  return found?.value ?? NaN;
}

/** How many times the nanoseconds of `rival` an update takes. */
function ratio(
  group: GroupName,
  name: ImplementationName,
  rival: ImplementationName,
): Target["measure"] {
  return (rows) =>
    find(rows, group, name, { threads: 1 }) / find(rows, group, rival, { threads: 1 });
}

/** The same with as many threads as there are cores. */
function ratioTogether(group: GroupName, rival: ImplementationName): Target["measure"] {
  return (rows) => {
    const threads = Math.max(
      ...rows.map((row) => row.group === group ? Number(row.at.threads) : 0),
    );
    return find(rows, group, "library", { threads }) / find(rows, group, rival, { threads });
  };
}

function figure(group: string, name: string, at: Partial<Row["at"]>): Target["measure"] {
  return (rows) => find(rows, group, name, at);
}

/** One target for each number of slots, or of slots and buckets, that is measured. */
function perSize(
  name: string,
  limit: number,
  group: string,
  { row = "library", sizes }: { row?: string; sizes: readonly Record<string, number>[] },
): Target[] {
  return sizes.map((at) => ({
    name: `${name}, ${Object.entries(at).map(([key, value]) => `${value} ${key}`).join(" x ")}`,
    limit,
    measure: figure(group, row, at),
  }));
}

const slots = [1, 8, 64].map((count) => ({ slots: count }));
const sized = slots.flatMap((some) =>
  [100, 10_000, 100_000].map((buckets) => ({ ...some, buckets }))
);
/** 64 x 100,000 records are a gigabyte, and not measured. */
const sizedRecords = sized.filter((some) => some.slots * some.buckets <= 800_000);

const bound = "labelled add, bound child";
const lookup = "labelled add, fresh lookup";
const histogram = "histogram record";
const scrapes = ["idle workers", "one busy for 2 s"].map((when): Target => ({
  name: `scrape, ${when}: times faster than @prometheus-io/client`,
  limit: 50,
  isLeast: true,
  measure: (rows) =>
    find(rows, `scrape, ${when}`, "@prometheus-io/client", {}) /
    find(rows, `scrape, ${when}`, "library", {}),
}));

/** All targets. */
export const targets: readonly Target[] = [
  { name: "counter add / plain", limit: 1.5, measure: ratio("counter add", "library", "plain") },
  { name: "bound labelled add / plain", limit: 1.5, measure: ratio(bound, "library", "plain") },
  {
    name: "prom-client's bound labelled inc / bound labelled add",
    limit: 25,
    isLeast: true,
    measure: ratio(bound, "prom-client", "library"),
  },
  {
    name: "record update / uncontended mutex",
    limit: 0.7,
    measure: ratio("record update", "library", "mutex"),
  },
  {
    name: "record update / mutex, a thread per core",
    limit: 0.12,
    measure: ratioTogether("record update", "mutex"),
  },
  {
    name: "record burst of 32 / plain additions, per change",
    limit: 1.5,
    measure: ratio("record burst of 32", "library", "plain"),
  },
  ...(["library", "library, boundaries"] as const).flatMap((name): Target[] => [
    {
      name: `${name}: record / prom-client`,
      limit: 0.1,
      measure: ratio(histogram, name, "prom-client"),
    },
    {
      name: `${name}: record / hdr`,
      limit: 0.7,
      measure: ratio(histogram, name, "hdr-histogram-js"),
    },
    {
      name: `${name}: record / hdr, WASM`,
      limit: 0.7,
      measure: ratio(histogram, name, "hdr-histogram-js, WASM"),
    },
  ]),
  {
    name: "labels lookup / prom-client",
    limit: 0.3,
    measure: ratio(lookup, "library", "prom-client"),
  },
  ...perSize("read of one record, ns per slot", 80, "read, per slot", {
    row: "record of 4 fields",
    sizes: slots,
  }),
  ...perSize("snapshot, ns per counter", 15, "snapshot, per slot and counter", { sizes: sized }),
  ...perSize("snapshot, ns per record", 60, "snapshot, per slot and record", {
    sizes: sizedRecords,
  }),
  ...perSize("memory, bytes per counter", 14, "memory, per slot and counter", { sizes: sized }),
  ...perSize("memory, bytes per record", 160, "memory, per slot and record", {
    sizes: sizedRecords,
  }),
  ...scrapes,
];
