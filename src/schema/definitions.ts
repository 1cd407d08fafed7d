/**
 * The kinds of metrics. This is the one list of them: code that depends on the kind takes its cases
 * from a {@linkcode KindTable}, so that the compiler reports each table that lacks a new kind.
 *
 * @module
 */
import type { CounterDefinition } from "./counter.ts";
import type { GaugeDefinition } from "./gauge.ts";
import type { HistogramDefinition } from "./histogram.ts";
import type { RecordDefinition, RecordFields } from "./record.ts";

/** The type of definition of each kind of metric, with and without labels. */
export interface DefinitionsByKind {
  /** Made by `counter`. */
  counter: CounterDefinition<string> | CounterDefinition;
  /** Made by `gauge`. */
  gauge: GaugeDefinition<string> | GaugeDefinition;
  /** Made by `histogram`. */
  histogram: HistogramDefinition<string> | HistogramDefinition;
  /** Made by `record`. */
  record: RecordDefinition<RecordFields, string> | RecordDefinition;
}

/** A kind of metric. */
export type MetricKind = keyof DefinitionsByKind;

/** The definition of a metric of any kind. */
export type MetricDefinition = DefinitionsByKind[MetricKind];

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
