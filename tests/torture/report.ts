/**
 * The report on the torture of one runtime, and which criteria it met.
 *
 * @module
 */
import type { Outcome } from "./torture.ts";

/**
 * The most steps (accesses of shared memory by `Atomics`) of one read: at 100 ns each, twice what
 * such an access costs when another thread wants the same line, they take 10 ms.
 */
const MOST_STEPS = 100_000;

/** A report, and how many criteria were met. */
export interface Report {
  readonly text: string;
  readonly passed: number;
  readonly failed: number;
}

/** Judges an outcome. */
export function report(runtime: string, outcome: Outcome, minutes: number): Report {
  const { oracle, findings, failures, spilled } = outcome;
  const { kills, killed, lost, saved, wrongs } = oracle;
  const { reads, torn, fallen, mostSteps, longestOwn, longest } = findings;
  const perHour = (count: number) => Math.round(count * 60 / minutes).toLocaleString("en");
  const figures: [string, string][] = [
    ["updates", `${count(oracle.updates)} (${perHour(oracle.updates)} an hour)`],
    ["reads", `${count(reads)} (${perHour(reads)} an hour)`],
    ["kills", `${count(killed)} (${perHour(killed)} an hour): ${list(kills)}; ${oracle.left} left`],
    ["retries", count(outcome.retries)],
    ["torn reads", count(torn)],
    ["falling totals", count(fallen)],
    [
      "lost updates",
      `${count(lost)}, one for a kill at most; ${count(saved)} in flight were saved`,
    ],
    [
      "longest read",
      `${count(mostSteps)} steps; ${longestOwn.toFixed(1)} ms of its own time, ${
        longest.toFixed(1)
      } ms by the clock`,
    ],
    ["full arenas", `${count(outcome.full)} times in ${count(outcome.arenas)} arenas`],
    ["memory", `${count(outcome.usedBytes)} bytes`],
  ];
  const criteria: [string, boolean, readonly string[]][] = [
    ["no read is torn", torn === 0, findings.defects],
    ["no total falls", fallen === 0, findings.defects],
    ["a kill loses one update at most, and the totals are exact", wrongs === 0, oracle.wrong],
    [`a read takes ${count(MOST_STEPS)} steps at most`, mostSteps <= MOST_STEPS, []],
    ["a dead thread's gauges are gone", oracle.haunted.length === 0, oracle.haunted],
    ["a full arena affects nothing that existed", spilled.length === 0, spilled],
    ["no thread fails otherwise than planned", failures.length === 0, failures],
    [
      "all of this has happened",
      reads > 0 && mostSteps > 0 && outcome.full > 0 && oracle.left > 0 &&
      Object.values(kills).every((number) => number > 0),
      [],
    ],
  ];
  const lines = [
    `--- ${runtime}`,
    ...figures.map(([name, text]) => `${name}:`.padEnd(16) + text),
    ...criteria.flatMap(([name, isMet, why]) =>
      isMet
        ? [`ok      ${name}`]
        : [`FAILED  ${name}`, ...why.slice(0, 5).map((text) => `        ${text}`)]
    ),
  ];
  const passed = criteria.filter(([, isMet]) => isMet).length;
  return { text: lines.join("\n"), passed, failed: criteria.length - passed };
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function list(kills: Readonly<Record<string, number>>): string {
  return Object.entries(kills).map(([kind, number]) => `${number} by ${kind}`).join(", ");
}
