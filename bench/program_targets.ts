/**
 * The targets for real programs, made from the data in `targets.json`. The limits differ by
 * runtime: what is cheap in one engine is dear in the other.
 *
 * An entry names a row. Its figure is that row's value, divided by `per`; or by the value of the
 * same row of another implementation, `over`; or the other way around, `under`. With `before` it is
 * divided by what the same ratio was before the work on these targets began: the ratio, because the
 * machine of that day is not the one of today.
 *
 * @module
 */

import type { ImplementationName } from "./cases/catalogue.ts";
import type { ProgramName } from "./programs/loop.ts";
import type { Row } from "./results.ts";
import { find, type Target } from "./targets.ts";
import data from "./targets.json" with { type: "json" };

/** An entry of `targets.json`. */
export interface TargetEntry {
  /** What is measured, as the documents say it. */
  readonly case: string;
  /** The limit in each runtime. */
  readonly limits: Readonly<Record<string, number>>;
  /** Whether the figure must be at least the limit. */
  readonly isLeast?: boolean;
  /** The row. Its name is that of the library when none is given. */
  readonly row: {
    readonly group: string;
    readonly name?: string;
    readonly at?: Partial<Row["at"]>;
  };
  /** What the figure is divided by. */
  readonly per?: number;
  /** The implementation that the row's value is divided by. */
  readonly over?: ImplementationName | ProgramName | string;
  /** The implementation whose value is divided by the row's. */
  readonly under?: string;
  /** What the figure was before, by runtime. */
  readonly before?: Readonly<Record<string, number>>;
  /** The figure is the distance of the value from this one. */
  readonly distanceFrom?: number;
}

/** All entries. */
export const entries = data as readonly TargetEntry[];

/** The targets of one runtime. */
export function programTargets(runtime: string, all = entries): (Target | undefined)[] {
  return all.map((entry) => {
    const limit = entry.limits[runtime];
    if (limit === undefined) return undefined;
    const { case: name, isLeast = false } = entry;
    return { name, limit, isLeast, measure: (rows) => figureOf(entry, runtime, rows) };
  });
}

function figureOf(entry: TargetEntry, runtime: string, rows: readonly Row[]): number {
  const { row: { group, name = "library", at = {} }, per = 1, over, under } = entry;
  const valueOf = (name: string) => find(rows, group, { name, at });
  const value = valueOf(name) / per;
  if (entry.distanceFrom !== undefined) return Math.abs(value - entry.distanceFrom);
  const ratio = over !== undefined
    ? value / valueOf(over)
    : under !== undefined
    ? valueOf(under) / value
    : value;
  return ratio / (entry.before === undefined ? 1 : entry.before[runtime] ?? NaN);
}
