import type { Case, Cases, GroupName } from "./case.ts";

/** Implementations by the names that reports show. Loaded one by one, so that a process sees the code of the case it measures and no other. */
const implementations = {
  "plain": async () => (await import("./plain.ts")).cases,
  "library": async () => (await import("./library.ts")).cases,
  "library, boundaries": async () => (await import("./library.ts")).withBoundaries,
  "mutex": async () => (await import("./mutex.ts")).cases,
  "shared atomics": async () => (await import("./shared_atomics.ts")).cases,
  "prom-client": async () => (await import("./prom_client.ts")).makeCases("prom-client"),
  "@prometheus-io/client": async () =>
    (await import("./prom_client.ts")).makeCases("@prometheus-io/client"),
  "OpenTelemetry": async () => (await import("./open_telemetry.ts")).cases,
  "OpenTelemetry, exponential": async () => (await import("./open_telemetry.ts")).exponential,
  "hdr-histogram-js": async () => (await import("./hdr_histogram.ts")).makeCases(false),
  "hdr-histogram-js, WASM": async () => (await import("./hdr_histogram.ts")).makeCases(true),
  "RecordableHistogram": async () => (await import("./recordable_histogram.ts")).cases,
} satisfies Record<string, () => Promise<Cases>>;

/** The name of an implementation. */
export type ImplementationName = keyof typeof implementations;

/** The one that ratios in the benchmarks' own tables refer to. */
export const baseline: ImplementationName = "plain";

/** Who takes part in a group. */
export interface Group {
  /** In one thread. */
  readonly alone: readonly ImplementationName[];
  /** In several threads at once. */
  readonly together: readonly ImplementationName[];
}

const rivals = ["prom-client", "@prometheus-io/client", "OpenTelemetry"] as const;
const shared = ["plain", "library", "mutex", "shared atomics"] as const;
const counted: Group = { alone: ["plain", "library", ...rivals], together: [] };
const records: Group = { alone: shared, together: shared };

/** All groups, in the order of the reports. */
export const groups: Readonly<Record<GroupName, Group>> = {
  "counter add": { alone: [...shared, ...rivals], together: shared },
  "labelled add, bound child": counted,
  "labelled add, fresh lookup": counted,
  "gauge set": counted,
  "gauge add": { ...counted, alone: counted.alone.filter((name) => name !== "OpenTelemetry") },
  "histogram record": {
    alone: [
      "plain",
      "library",
      "library, boundaries",
      ...rivals,
      "OpenTelemetry, exponential",
      "hdr-histogram-js",
      "hdr-histogram-js, WASM",
      "RecordableHistogram",
    ],
    together: [],
  },
  "record update": records,
  "record burst of 32": records,
};

/** The names of all groups. */
export const groupNames = Object.keys(groups) as GroupName[];

/** Loads a case. */
export async function loadCase(group: GroupName, name: ImplementationName): Promise<Case> {
  const cases: Cases = await implementations[name]();
  const found = cases[group];
  if (found === undefined) throw new Error(`Cannot measure ${name}: it has no case "${group}"`);
  return found;
}
