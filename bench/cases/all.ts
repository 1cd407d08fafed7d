import type { Case, Cases, GroupName } from "./case.ts";

type Load = () => Promise<Cases>;

/**
 * Implementations by the names that reports show: their updates, and what else they do. Loaded one by one, so that a process
 * sees the code of the case it measures and no other.
 */
const implementations = {
  "plain": [
    async () => (await import("./plain.ts")).cases,
    async () => (await import("./uses/plain.ts")).cases,
  ],
  "library": [
    async () => (await import("./library.ts")).cases,
    async () => (await import("./uses/library.ts")).cases,
  ],
  "library, boundaries": [async () => (await import("./library.ts")).withBoundaries],
  "mutex": [
    async () => (await import("./mutex.ts")).cases,
    async () => (await import("./uses/mutex.ts")).cases,
  ],
  "shared atomics": [
    async () => (await import("./shared_atomics.ts")).cases,
    async () => (await import("./uses/shared_atomics.ts")).cases,
  ],
  "prom-client": [
    async () => (await import("./prom_client.ts")).makeCases("prom-client"),
    async () => (await import("./uses/prom_client.ts")).makeCases("prom-client"),
  ],
  "@prometheus-io/client": [
    async () => (await import("./prom_client.ts")).makeCases("@prometheus-io/client"),
    async () => (await import("./uses/prom_client.ts")).makeCases("@prometheus-io/client"),
  ],
  "OpenTelemetry": [
    async () => (await import("./open_telemetry.ts")).cases,
    async () => (await import("./uses/open_telemetry.ts")).cases,
  ],
  "OpenTelemetry, exponential": [async () => (await import("./open_telemetry.ts")).exponential],
  "hdr-histogram-js": [async () => (await import("./hdr_histogram.ts")).makeCases(false)],
  "hdr-histogram-js, WASM": [async () => (await import("./hdr_histogram.ts")).makeCases(true)],
  "RecordableHistogram": [async () => (await import("./recordable_histogram.ts")).cases],
} satisfies Record<string, readonly Load[]>;

/** The name of an implementation. */
export type ImplementationName = keyof typeof implementations;

/** Loads a case. */
export async function loadCase(group: GroupName, name: ImplementationName): Promise<Case> {
  for (const load of implementations[name]) {
    const cases: Cases = await load();
    const found = cases[group];
    if (found !== undefined) return found;
  }
  throw new Error(`Cannot measure ${name}: it has no case "${group}"`);
}
