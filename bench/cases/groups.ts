import type { Circumstances, GroupName, UpdateName, UseName } from "./case.ts";
import type { ImplementationName } from "./all.ts";

/** Who is compared under the same circumstances. */
export interface Field {
  readonly at: Circumstances;
  readonly names: readonly ImplementationName[];
}

/** What belongs in one table. */
export interface Group {
  readonly fields: readonly Field[];
  /** How many operations are done at once at least. The tables show the time of one. */
  readonly chunk: number;
}

const rivals = ["prom-client", "@prometheus-io/client", "OpenTelemetry"] as const;
const shared = ["plain", "library", "mutex", "shared atomics"] as const;

/** Operations of nanoseconds. A multiple of the burst. */
function fast(fields: readonly Field[]): Group {
  return { fields, chunk: 1024 };
}

/** Operations of microseconds. */
function slow(fields: readonly Field[]): Group {
  return { fields, chunk: 32 };
}

/** Operations of milliseconds. */
function slowest(fields: readonly Field[]): Group {
  return { fields, chunk: 1 };
}

const alone = (...names: readonly ImplementationName[]): Field => ({ at: { threads: 1 }, names });
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

/** Those who have a cell per thread are asked at each number of slots, those who have one for all, once. */
function bySlots(others: readonly ImplementationName[]): Field[] {
  return slotCounts.map((slots) => ({
    at: { slots },
    names: ["plain", "library", ...(slots === 1 ? others : [])],
  }));
}

/**
 * The same with numbers of buckets. 100,000 are for those with a cell per thread: some of the packages take 15 s to get there.
 */
function bySize(others: readonly ImplementationName[]): Field[] {
  return [100, 10_000, 100_000].flatMap((buckets) =>
    bySlots(buckets === 100_000 ? [] : others)
      .map(({ at, names }) => ({ at: { ...at, buckets }, names }))
  ).filter(({ at }) => at.slots! * at.buckets <= 640_000);
}

const libraryBySlots = slotCounts.map((slots): Field => ({ at: { slots }, names: ["library"] }));

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

/** The groups of those who write. */
export const updateNames = Object.keys(updates) as UpdateName[];

/** All other groups. */
export const useNames = Object.keys(uses) as UseName[];

/** The one that ratios in the tables refer to, and the first name of every field that has it. */
export const baseline: ImplementationName = "plain";
