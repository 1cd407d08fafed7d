/**
 * The results of the torture's readers.
 *
 * @module
 */

/** The results of one reader, or of all together. */
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
  /** The same in elapsed time, during which the machine may have run other threads. */
  longest: number;
}

/** The number of defects that are described in words. */
const TOLD = 5;

/** Makes empty results. */
export function noFindings(): Findings {
  return { reads: 0, torn: 0, fallen: 0, defects: [], mostSteps: 0, longestOwn: 0, longest: 0 };
}

/** Notes a defect. */
export function note(findings: Findings, kind: "torn" | "fallen", text: string): void {
  findings[kind]++;
  if (findings.defects.length < TOLD) findings.defects.push(`${kind}: ${text}`);
}

/** Adds another reader's results. */
export function addFindings(all: Findings, some: Findings): void {
  for (const name of ["reads", "torn", "fallen"] as const) all[name] += some[name];
  for (const name of ["mostSteps", "longestOwn", "longest"] as const) {
    all[name] = Math.max(all[name], some[name]);
  }
  all.defects.push(...some.defects.slice(0, TOLD - all.defects.length));
}
