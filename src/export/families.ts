/**
 * A snapshot as exporters see it: families of series, each of one kind and with its exported name.
 *
 * @module
 */
import { familiesOf, type FamilyName, isOwnMetric } from "../schema/exported_names.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import { columnsOf } from "../snapshots/metric_snapshot.ts";
import type { MetricSnapshot, SnapshotData } from "../snapshots/snapshot_data.ts";
import type { Family } from "./family.ts";
import { selfFamilies } from "./self_families.ts";

/**
 * All families of a snapshot: those of the metrics in the order of their definition, then the
 * library's own. A later snapshot of the same statistics may have further metrics.
 */
export function* familiesIn(
  { metrics, self }: SnapshotData,
  { selfMetrics = true }: { selfMetrics?: boolean } = {},
): Generator<Family> {
  for (const [metric, entry] of Object.entries<MetricSnapshot>(metrics)) {
    const { definition } = entry;
    const isByThread = isOwnMetric(metric, definition);
    if (isByThread && !selfMetrics) continue;
    for (const name of familiesOf(metric, definition)) {
      yield {
        ...name,
        help: helpOf(name, definition),
        bins: definition.kind === "histogram" ? definition.bins : undefined,
        definition,
        isByThread,
        isInteger: false,
        // Not read here: that would make rows of the columns.
        get rows() {
          return entry.series;
        },
        get columns() {
          return columnsOf(entry);
        },
        get size() {
          return columnsOf(entry)?.values.length ?? entry.series.length;
        },
      };
    }
  }
  if (selfMetrics) yield* selfFamilies(self);
}

function helpOf({ metric, field }: FamilyName, definition: MetricDefinition): string {
  const { help } = definition;
  // The record of an up-down counter has one field, and is no record to those who read its help.
  if (field === undefined || meterOriginOf(definition) !== undefined) return help;
  return help === "" ? `${field} of ${metric}` : `${help}: ${field}`;
}
