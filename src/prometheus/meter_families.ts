/**
 * The order in which families are written, where meters have made some of them.
 *
 * Two meters may each have an instrument of one name. In Prometheus they are one family, and the
 * labels `otel_scope_*` tell their series apart; so their series must stand behind one head.
 * A family that would have a name of a family of another kind, or of a schema, is left out, because
 * a scraper would reject the whole text; so is one whose series would be those of another one.
 *
 * @module
 */
import type { Family } from "../export/family.ts";
import type { EscapingScheme } from "../schema/escaping.ts";
import { writtenNames } from "../schema/exported_names.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";

/** A family as it is written. */
export interface WrittenFamily {
  readonly family: Family;
  /** Whether its series belong to the family before, so that it has no head of its own. */
  readonly isContinued: boolean;
}

/** The families to write. All families with one name follow each other. */
export function* writtenFamilies(
  families: Iterable<Family>,
  escaping: EscapingScheme,
): Generator<WrittenFamily> {
  const all = [...families];
  const isOfMeter = ({ definition }: Family) => meterOriginOf(definition) !== undefined;
  const ofMeters = all.filter(isOfMeter);
  if (ofMeters.length === 0) {
    for (const family of all) yield { family, isContinued: false };
    return;
  }
  // Those of schemas have unique names, and come first, whichever was defined first.
  const owners = new Map<string, Family>();
  for (const family of all) {
    if (isOfMeter(family)) continue;
    for (const name of namesOf(family, escaping)) owners.set(name, family);
    yield { family, isContinued: false };
  }
  const groups = new Map<Family, Family[]>();
  for (const family of ofMeters) {
    const names = namesOf(family, escaping);
    const first = owners.get(names[0]);
    const group = first && groups.get(first);
    if (group !== undefined) {
      if (canContinue(group, family)) group.push(family);
    } else if (names.every((name) => !owners.has(name))) {
      for (const name of names) owners.set(name, family);
      groups.set(family, [family]);
    }
  }
  for (const group of groups.values()) {
    for (const [n, family] of group.entries()) yield { family, isContinued: n > 0 };
  }
}

/** All names that a family and its samples have in one text. The first is the family's own. */
function namesOf(family: Family, escaping: EscapingScheme): readonly string[] {
  const { openMetrics, text, samples } = writtenNames(family, escaping);
  return [openMetrics, text, ...samples];
}

/** Whether a family is of the same kind as those of a group, and of another scope than each. */
function canContinue(group: readonly Family[], family: Family): boolean {
  const scope = scopeKey(family);
  return group.every((other) => other.kind === family.kind && scopeKey(other) !== scope);
}

function scopeKey({ definition }: Family): string {
  const { name, version, schemaUrl } = meterOriginOf(definition)!.scope;
  return JSON.stringify([name, version, schemaUrl]);
}
