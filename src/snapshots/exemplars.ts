/**
 * The exemplars of rows in snapshots.
 *
 * @module
 */
import { isArray } from "../base/shapes.ts";
import { type Exemplar, isExemplarLabelName } from "../metrics/exemplars/exemplar.ts";

/** What can have exemplars: a row, or a thread's part of one. */
export interface ExemplarOwner {
  readonly exemplars?: readonly Exemplar[];
}

/**
 * The exemplars of a row or of a thread's part, the latest one last. A snapshot may have come by
 * message, from anybody: what is no exemplar is left out.
 */
export function exemplarsOf(owner: ExemplarOwner): readonly Exemplar[] {
  // Only an own property counts, as with `perThread`.
  if (!Object.hasOwn(owner, "exemplars")) return NONE;
  const { exemplars } = owner;
  return isArray(exemplars) ? exemplars.filter(isExemplar) : NONE;
}

const NONE: readonly Exemplar[] = Object.freeze([]);

/**
 * A later state with the exemplars that an earlier state of the same epoch did not have. They are
 * compared by content: their times come from the wall clock, which anybody may set.
 */
export function withNewExemplars<Owner extends ExemplarOwner>(
  later: Owner,
  earlier: ExemplarOwner,
): Owner {
  const given = exemplarsOf(later);
  if (given.length === 0) return later;
  const { exemplars: _, ...rest } = later;
  const known = new Set(exemplarsOf(earlier).map((exemplar) => JSON.stringify(exemplar)));
  const exemplars = given.filter((exemplar) => !known.has(JSON.stringify(exemplar)));
  return (exemplars.length === 0 ? rest : { ...rest, exemplars }) as Owner;
}

function isExemplar(given: unknown): given is Exemplar {
  if (typeof given !== "object" || given === null) return false;
  const { labels, value, time } = given as Partial<Record<keyof Exemplar, unknown>>;
  return typeof value === "number" && value >= 0 && value < Infinity &&
    typeof time === "number" && Number.isFinite(time) &&
    typeof labels === "object" && labels !== null &&
    Object.entries(labels).every(([name, text]) =>
      isExemplarLabelName(name) && typeof text === "string"
    );
}
