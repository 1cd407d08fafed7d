/**
 * Which families a text has.
 *
 * @module
 */
import type { Family } from "../export/family.ts";
import { prometheusNames } from "../schema/exported_names.ts";

/**
 * Selects the families that have one of these names or a sample with one, in any form; without
 * names, all.
 */
export function selectorOf(names: readonly string[] | undefined): (family: Family) => boolean {
  if (names === undefined) return () => true;
  const wanted = new Set(names);
  return (family) => [...prometheusNames(family)].some((name) => wanted.has(name));
}

/** Leaves out the families that have a name, or a sample with one, that others have already. */
export function withoutNamesOf(others: readonly Family[], families: readonly Family[]): Family[] {
  const used = new Set(others.flatMap((family) => [...prometheusNames(family)]));
  return families.filter((family) => ![...prometheusNames(family)].some((name) => used.has(name)));
}
