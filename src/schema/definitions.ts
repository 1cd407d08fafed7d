/**
 * The kinds of metrics. {@linkcode MetricDefinition} is the one list of them. Code that depends on
 * the kind uses a table with one entry for each, such as a {@linkcode KindTable}. So when a kind is
 * added, the compiler reports every table that lacks it.
 *
 * @module
 */
import type { CounterDefinition } from "./counter.ts";
import type { GaugeDefinition } from "./gauge.ts";
import type { HistogramDefinition } from "./histogram.ts";
import type { RecordDefinition, RecordFields } from "./record.ts";

/** The definition of a metric of any kind. */
export type MetricDefinition =
  | CounterDefinition<string>
  | GaugeDefinition<string>
  | HistogramDefinition<string>
  | RecordDefinition<RecordFields, string>;

/** A kind of metric. */
export type MetricKind = MetricDefinition["kind"];

/** The type of definition of each kind of metric. */
export type DefinitionsByKind = {
  [Kind in MetricKind]: Extract<MetricDefinition, { readonly kind: Kind }>;
};

/** Definitions of metrics by name. */
export type SchemaDefinition = Readonly<Record<string, MetricDefinition>>;

/** One function for each kind, which takes a definition of that kind. */
export type KindTable<Result> = {
  readonly [Kind in MetricKind]: (definition: DefinitionsByKind[Kind]) => Result;
};

/** Calls the function of a table that takes definitions of this one's kind. */
export function byKind<Result>(definition: MetricDefinition, table: KindTable<Result>): Result {
  // The compiler does not see that key and argument have the same kind.
  const call = table[definition.kind] as (definition: MetricDefinition) => Result;
  return call(definition);
}
