/**
 * Metrics that only other threads have, as this thread exports them.
 *
 * @module
 */
import type { CoreOptions } from "./core.ts";
import { HistogramCore } from "./histogram_core.ts";
import type { AnyCore } from "./metric_access.ts";
import type { ForeignDefinition, Readings } from "./readings.ts";
import { CounterCore, GaugeCore } from "./scalar.ts";
import { SummaryCore } from "./summary_core.ts";

const CORES: Readonly<Record<string, new (options: CoreOptions) => AnyCore>> = {
  counter: CounterCore,
  gauge: GaugeCore,
  histogram: HistogramCore,
  summary: SummaryCore,
};

/** The metrics that were read last, by key: they remember the texts of their series. */
const known = new Map<string, AnyCore>();

/** The metric with a definition of other threads. */
export function familyOf(definition: ForeignDefinition): AnyCore {
  const { key, name, kind } = definition;
  let core = known.get(key);
  if (core === undefined) {
    core = new CORES[definition.type]({ name, kind, definition });
    core.foreignKey = key;
    known.set(key, core);
  }
  return core;
}

/** Whether there is anything to export. */
export function isShown(core: AnyCore, readings: Readings): boolean {
  if (core.entries(readings).length > 0) return true;
  known.delete(core.foreignKey!);
  return false;
}
