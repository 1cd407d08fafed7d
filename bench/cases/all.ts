import type { Cases } from "./case.ts";

/** An implementation, by the name that reports show. */
export type ImplementationName = "plain" | "library" | "mutex" | "shared atomics";

/** The one that the ratios refer to. */
export const baseline: ImplementationName = "plain";

/** Loaded one by one, so that a process sees the code of the cases it measures and no other. */
export const implementations: Readonly<Record<ImplementationName, () => Promise<Cases>>> = {
  "plain": async () => (await import("./plain.ts")).cases,
  "library": async () => (await import("./library.ts")).cases,
  "mutex": async () => (await import("./mutex.ts")).cases,
  "shared atomics": async () => (await import("./shared_atomics.ts")).cases,
};

/** The names of {@linkcode implementations}, the baseline first. */
export const implementationNames = Object.keys(implementations) as ImplementationName[];
