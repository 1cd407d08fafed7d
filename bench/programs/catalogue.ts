/**
 * All cases of updates as a program writes them. Only the modules of the cases that run are loaded.
 *
 * @module
 */

import type { Increments, Loop, ProgramCase, ProgramName } from "./loop.ts";

const plain = () => import("./plain.ts");
const library = () => import("./library.ts");
const shared = () => import("./shared.ts");
const rivals = () => import("./rivals.ts");

/** The name of the group of an operation, as the rows have it. */
export function programGroup(operation: string): string {
  return `${operation}, in a program`;
}

type Makers = Readonly<Partial<Record<ProgramName, () => Promise<Loop>>>>;

function cases(operation: string, at: ProgramCase["at"], makers: Makers): ProgramCase[] {
  return Object.entries(makers).map(([name, prepare]): ProgramCase => ({
    ...{ group: programGroup(operation), name: name as ProgramName, at, prepare },
  }));
}

function additions(numbers: Increments, writers: 1 | 4): ProgramCase[] {
  const at = { numbers, writers };
  const isFirst = numbers === "whole" && writers === 1;
  return [
    ...cases("counter add", at, {
      "plain": async () => (await plain()).addition(numbers, writers),
      "library": async () => (await library()).addition(numbers, writers),
      ...(isFirst && {
        "mutex": async () => (await shared()).lockedAddition(),
        "shared atomics": async () => (await shared()).atomicAddition(),
      }),
      "prom-client": async () => (await rivals()).addition(numbers, writers),
    }),
    ...cases("labelled add, child kept", at, {
      "plain": async () => (await plain()).addition(numbers, writers),
      "library": async () => (await library()).boundAddition(numbers, writers),
      "prom-client": async () => (await rivals()).boundAddition(numbers, writers),
    }),
  ];
}

const lookups = ([[1, "the same series"], [8, "8 series"], [1024, "1,024 series"]] as const)
  .flatMap(([series, of]) =>
    cases("labels lookup and add", { of }, {
      "plain": async () => (await plain()).lookup(series),
      "library": async () => (await library()).lookup(series),
      "prom-client": async () => (await rivals()).lookup(series),
    })
  );

const histograms = [1, 4].flatMap((writers) =>
  cases("histogram record", { writers }, {
    "plain": async () => (await plain()).histogram(writers),
    "library": async () => (await library()).histogram(writers),
    "prom-client": async () => (await rivals()).histogram(writers),
    "hdr-histogram-js, WASM": async () => (await rivals()).hdrHistogram(writers),
  })
);

const updates = ([1, 4] as const).flatMap((buckets) =>
  cases("record update", { buckets }, {
    "plain": async () => (await plain()).update(buckets),
    "library": async () => (await library()).update(buckets),
    "mutex": async () => (await shared()).lockedUpdate(buckets),
  })
);

/** All cases. */
export const programCases: readonly ProgramCase[] = [
  ...cases("counter add", { numbers: "always 1", writers: 1 }, {
    "plain": async () => (await plain()).increment(),
    "library": async () => (await library()).increment(),
    "prom-client": async () => (await rivals()).increment(),
  }),
  ...additions("whole", 1),
  ...additions("fractional", 1),
  ...additions("whole", 4),
  ...additions("fractional", 4),
  ...histograms,
  ...lookups,
  ...updates,
  ...cases("record update, writer kept", { buckets: 1 }, {
    "plain": async () => (await plain()).update(1),
    "library": async () => (await library()).boundUpdate(),
    "mutex": async () => (await shared()).lockedUpdate(1),
  }),
  ...cases("record burst of 32", { buckets: 4 }, {
    "plain": async () => (await plain()).update(4, 32),
    "library": async () => (await library()).burstUpdate(),
    "mutex": async () => (await shared()).lockedBurst(),
  }),
];

/** The groups, in the order of the reports. */
export const programGroups: readonly string[] = [
  ...new Set(programCases.map(({ group }) => group)),
];
