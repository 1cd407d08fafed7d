/**
 * The exported labels of a family's series.
 *
 * @module
 */
import type { MetricDefinition } from "../schema/definitions.ts";
import { snakeCase } from "../schema/names.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import type { Family } from "./family.ts";

/**
 * Whether only its id distinguishes a bucket from the other ones of the metric: it was created by
 * `create()`, so it has no labels.
 */
export function isAnonymous({ definition }: Family, row: Row): boolean {
  if (definition === undefined) return false;
  if (definition.labels.length === 0) return definition.kind === "record";
  return Object.keys(row.labels).length === 0;
}

/** The form in which an exporter writes the name of a label that is not plain. */
export type LabelForm = (label: string) => string;

const asItIs: LabelForm = (label) => label;

/** The label that holds the id of {@linkcode isAnonymous} buckets; no label of the metric. */
export function idLabelOf({ definition }: Family, form: LabelForm = asItIs): string {
  return unusedName("id", "bucket_", (definition?.labels ?? []).map(namer(definition, form)));
}

/**
 * Makes the function that gives the exported name of a label: the name as it is if the metric has
 * an exact name, else in snake case.
 *
 * With `perThread`, the exporter adds the labels `thread` and `slot`. A label of the metric with
 * one of these names gets the prefix `exported_`, as Prometheus does for labels of a target.
 */
export function labelNames(
  { definition }: Family,
  { perThread, form = asItIs }: { perThread: boolean; form?: LabelForm },
): (key: string) => string {
  const nameOf = namer(definition, form);
  const names = new Map((definition?.labels ?? []).map((label) => [label, nameOf(label)]));
  if (perThread && definition !== undefined) {
    const used = [...names.values()];
    for (const [label, name] of names) {
      if (name === "thread" || name === "slot") {
        names.set(label, unusedName(`exported_${name}`, "exported_", used));
      }
    }
  }
  return (key) => names.get(key) ?? key;
}

function namer(definition: MetricDefinition | undefined, form: LabelForm): LabelForm {
  return definition?.name === undefined ? snakeCase : form;
}

/** The name with as many prefixes as it takes to differ from the used ones. */
function unusedName(name: string, prefix: string, used: readonly string[]): string {
  return used.includes(name) ? unusedName(prefix + name, prefix, used) : name;
}
