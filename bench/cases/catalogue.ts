/**
 * The catalogue: which implementations there are, and which are compared in which group.
 *
 * @module
 */

import type { Case, Cases, Circumstances, GroupName, UpdateName, UseName } from "./case.ts";

/**
 * Loads the cases of each implementation. The names are those of the reports. Only what is measured
 * is loaded: what a compiler learns from one implementation must not slow another.
 */
const implementations = {
  "plain": async () => (await import("./plain.ts")).cases,
  "library": async (group) =>
    (isUpdate(group) ? await import("./library.ts") : await import("./library_uses.ts")).cases,
  "library, boundaries": async () => (await import("./library.ts")).withBoundaries,
  "mutex": async () => (await import("./mutex.ts")).cases,
  "shared atomics": async () => (await import("./shared_atomics.ts")).cases,
  "prom-client": async () => await (await import("./prom_client.ts")).makeCases("prom-client"),
  "@prometheus-io/client": async () =>
    await (await import("./prom_client.ts")).makeCases("@prometheus-io/client"),
  "OpenTelemetry": async () => (await import("./open_telemetry.ts")).cases,
  "OpenTelemetry, exponential": async () => (await import("./open_telemetry.ts")).exponential,
  "hdr-histogram-js": async () => await (await import("./histograms.ts")).hdrHistogram(false),
  "hdr-histogram-js, WASM": async () => await (await import("./histograms.ts")).hdrHistogram(true),
  "RecordableHistogram": async () => (await import("./histograms.ts")).recordableHistogram,
} satisfies Record<string, (group: GroupName) => Promise<Cases>>;

/** The name of an implementation. */
export type ImplementationName = keyof typeof implementations;

/** The name that ratios refer to, and the first one of every comparison that has it. */
export const baseline: ImplementationName = "plain";

/** Which case runs, and under which circumstances. */
export interface CaseName {
  readonly group: GroupName;
  readonly implementation: ImplementationName;
  readonly at: Circumstances;
}

/**
 * Loads a case.
 *
 * @throws {Error} When the implementation has none in this group.
 */
export async function loadCase(group: GroupName, name: ImplementationName): Promise<Case> {
  const cases: Cases = await implementations[name](group);
  const found = cases[group];
  if (found === undefined) {
    throw new Error(`Cannot measure ${name}: a case of "${group}" is required, got none`);
  }
  return found;
}

/** Implementations that are compared under the same circumstances. */
export interface Comparison {
  readonly at: Circumstances;
  readonly names: readonly ImplementationName[];
}

/** A table of the reports. */
export interface Group {
  readonly comparisons: readonly Comparison[];
  /** How many operations are done at once at least. The tables show the time of one. */
  readonly chunk: number;
}

const rivals = ["prom-client", "@prometheus-io/client", "OpenTelemetry"] as const;
const shared = ["plain", "library", "mutex", "shared atomics"] as const;

/** Operations of nanoseconds. A multiple of the burst. */
function fast(comparisons: readonly Comparison[]): Group {
  return { comparisons, chunk: 1024 };
}

/** Operations of microseconds. */
function slow(comparisons: readonly Comparison[]): Group {
  return { comparisons, chunk: 32 };
}

/** Operations of milliseconds. */
function slowest(comparisons: readonly Comparison[]): Group {
  return { comparisons, chunk: 1 };
}

const alone = (...names: readonly ImplementationName[]): Comparison => ({
  at: { threads: 1 },
  names,
});
const records = fast([alone(...shared), { at: { threads: 2 }, names: shared }]);

const updates: Record<UpdateName, Group> = {
  "counter add": fast([alone(...shared, ...rivals), { at: { threads: 2 }, names: shared }]),
  "labelled add, bound child": fast([alone("plain", "library", ...rivals)]),
  "labelled add, fresh lookup": fast([alone("plain", "library", ...rivals)]),
  "gauge set": fast([alone("plain", "library", ...rivals)]),
  "gauge add": fast([alone("plain", "library", "prom-client", "@prometheus-io/client")]),
  "histogram record": fast([alone(
    ...["plain", "library", "library, boundaries"] as const,
    ...rivals,
    ...["OpenTelemetry, exponential", "hdr-histogram-js", "hdr-histogram-js, WASM"] as const,
    "RecordableHistogram",
  )]),
  "record update": records,
  "record burst of 32": records,
};

const slotCounts = [1, 8, 64];

/** Compares what has a cell per thread at each number of slots, and the others at 1 slot. */
function bySlots(others: readonly ImplementationName[]): Comparison[] {
  return slotCounts.map((slots) => ({
    at: { slots },
    names: ["plain", "library", ...(slots === 1 ? others : [])],
  }));
}

/**
 * The same at several numbers of buckets. Only those with a cell per thread have 100,000: some of
 * the packages take 15 s to make them.
 */
function bySize(others: readonly ImplementationName[]): Comparison[] {
  return [100, 10_000, 100_000].flatMap((buckets) =>
    bySlots(buckets === 100_000 ? [] : others)
      .map(({ at, names }) => ({ at: { ...at, buckets }, names }))
  ).filter(({ at }) => at.slots! * at.buckets <= 640_000);
}

const libraryBySlots = slotCounts.map((slots): Comparison => ({
  at: { slots },
  names: ["library"],
}));

const uses: Record<UseName, Group> = {
  "counter read": slow(bySlots(["mutex", "shared atomics", ...rivals])),
  "labelled counter read, by id": slow(libraryBySlots),
  "labelled counter read, by labels": slow(libraryBySlots),
  "record read": slow(bySlots(["mutex", "shared atomics"])),
  "snapshot of counters": slowest(bySize(["mutex", "shared atomics", ...rivals])),
  "snapshot of records": slowest(bySize(["mutex", "shared atomics"])),
  "register and unregister a thread": slow([alone("plain", "library", "mutex")]),
  "create and destroy a bucket": slow([alone("plain", "library", "mutex")]),
  "create and destroy a labelled bucket": slow([
    alone("plain", "library", "prom-client", "@prometheus-io/client"),
  ]),
  "attach": slow([alone("plain", "library", "mutex")]),
  "attach, first lookup of 10,000": slowest([alone("library")]),
};

/** All groups, in the order of the reports. */
export const groups: Readonly<Record<GroupName, Group>> = { ...updates, ...uses };

/** The groups of updates. */
export const updateNames = Object.keys(updates) as UpdateName[];

/** All other groups. */
export const useNames = Object.keys(uses) as UseName[];

function isUpdate(group: GroupName): boolean {
  return Object.hasOwn(updates, group);
}
