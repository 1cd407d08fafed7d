/**
 * What the readers of the torture have found.
 *
 * @module
 */

/** What one reader has found, or all. */
export interface Findings {
  /** How many reads there were; a snapshot is one. */
  reads: number;
  /** Reads that mixed commits. */
  torn: number;
  /** Totals that were less than before. */
  fallen: number;
  /** The first defects in words. */
  readonly defects: string[];
  /** The most steps of one read of one bucket, see `steps.ts`. */
  mostSteps: number;
  /** The longest of the reads that were timed, in milliseconds of its thread's own time. */
  longestOwn: number;
  /** The same by the clock, with all that the machine did meanwhile. */
  longest: number;
}

/** How many defects are told in words. */
const TOLD = 5;

/** Nothing yet. */
export function noFindings(): Findings {
  return { reads: 0, torn: 0, fallen: 0, defects: [], mostSteps: 0, longestOwn: 0, longest: 0 };
}

/** Notes a defect. */
export function note(findings: Findings, kind: "torn" | "fallen", text: string): void {
  findings[kind]++;
  if (findings.defects.length < TOLD) findings.defects.push(`${kind}: ${text}`);
}

/** Adds what another reader has found. */
export function addFindings(all: Findings, some: Findings): void {
  for (const name of ["reads", "torn", "fallen"] as const) all[name] += some[name];
  for (const name of ["mostSteps", "longestOwn", "longest"] as const) {
    all[name] = Math.max(all[name], some[name]);
  }
  all.defects.push(...some.defects.slice(0, TOLD - all.defects.length));
}
