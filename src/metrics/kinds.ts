/**
 * All kinds of metrics. Adding one starts in `src/schema`; the compiler then names this table and
 * every other place that needs a case for it. `CONTRIBUTING.md` lists these places.
 *
 * @module
 */
import type { RecordFields } from "../schema/record.ts";
import type { MetricDefinition, MetricKind } from "../schema/definitions.ts";
import { counterKind } from "./counter/counter_kind.ts";
import { gaugeKind } from "./gauge/gauge_kind.ts";
import { histogramKind } from "./histogram/histogram_kind.ts";
import type { Kind, KindFactory } from "./kind.ts";
import type { ValuesByKind } from "./reader_types.ts";
import { recordKind } from "./record/record_kind.ts";

type Kinds = {
  readonly [Name in MetricKind]: KindFactory<
    Extract<MetricDefinition, { kind: Name }>,
    ValuesByKind<RecordFields>[Name]
  >;
};

const KINDS: Kinds = {
  counter: counterKind,
  gauge: gaugeKind,
  histogram: histogramKind,
  record: recordKind,
};

/**
 * Whether a metric without labels has exactly one bucket, which exists from the start. If not, its
 * buckets are made by `create()`.
 */
export const HAS_IMPLICIT_BUCKET: Readonly<Record<MetricKind, boolean>> = {
  counter: true,
  gauge: true,
  histogram: true,
  record: false,
};

/** The kind of a metric. */
export function kindOf(definition: MetricDefinition): Kind<unknown> {
  // The compiler does not see that the row and the definition are of the same kind.
  const make = KINDS[definition.kind] as KindFactory<MetricDefinition, unknown>;
  return make(definition);
}
