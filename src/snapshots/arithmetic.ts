/**
 * The arithmetic of snapshots, by kind of metric: differences, growth, and what structured cloning
 * takes away. To add a kind, add its values and its entry; the compiler names both places.
 *
 * @module
 */
import { saturate } from "../base/saturate.ts";
import { HistogramValue } from "../metrics/histogram/histogram_value.ts";
import type { GaugeAggregate } from "../schema/gauge.ts";
import type { DefinitionsByKind, MetricDefinition, MetricKind } from "../schema/definitions.ts";

type RecordFieldValues = Record<string, number | bigint>;

/** The value of one bucket, by kind. */
interface Values {
  counter: number;
  gauge: number;
  histogram: HistogramValue;
  record: RecordFieldValues;
}

/** Sums of a record by field. */
export type FieldSums = Record<string, number>;

/** How much a metric has grown: one number, or for a record one number for each `sum` field. */
export type Growth = number | FieldSums;

/** The arithmetic of one kind of metric. */
export interface KindArithmetic<Definition, Value> {
  /** Makes the function that subtracts an earlier value from a later one of the same bucket. */
  subtractor(definition: Definition): (later: Value, earlier: Value) => Value;
  /**
   * How much buckets have grown together.
   *
   * @param definition The metric's definition.
   * @param differences The buckets' values in the difference of two snapshots.
   * @param before The buckets' values in the earlier snapshot.
   */
  growth(definition: Definition, differences: readonly Value[], before: readonly Value[]): Growth;
  /** `undefined` for kinds whose values survive structured cloning. */
  readonly reviver: Reviver<Value> | undefined;
}

/** What restores values whose prototypes structured cloning has removed. */
export interface Reviver<Value> {
  /** Whether a value is as a snapshot has it. */
  isIntact(value: unknown): boolean;
  /** Restores a value; returns an intact one as it is. */
  revive(value: Value): Value;
}

const ARITHMETIC: {
  readonly [Kind in MetricKind]: KindArithmetic<DefinitionsByKind[Kind], Values[Kind]>;
} = {
  counter: {
    subtractor: () => (later, earlier) => Math.max(0, later - earlier),
    growth: (_, differences) => total(differences),
    reviver: undefined,
  },
  gauge: {
    // A gauge has no difference: a snapshot's difference keeps the later value.
    subtractor: () => (later) => later,
    growth: ({ aggregate }, later, before) =>
      saturate(combine(aggregate, later) - combine(aggregate, before)),
    reviver: undefined,
  },
  histogram: {
    subtractor: () => (later, earlier) => reviveHistogram(later).since(reviveHistogram(earlier)),
    growth: (_, differences) => differences.reduce((sum, { count }) => sum + count, 0),
    reviver: {
      isIntact: (value) => value instanceof HistogramValue,
      revive: reviveHistogram,
    },
  },
  record: {
    subtractor: (definition) => {
      const fields = sumFieldsOf(definition);
      return (later, earlier) => {
        const value = { ...later };
        for (const field of fields) value[field] = subtract(value[field], earlier[field]);
        return value;
      };
    },
    growth: (definition, differences) =>
      Object.fromEntries(
        sumFieldsOf(definition).map((field) => [
          field,
          saturate(differences.reduce((sum, value) => sum + Number(value[field]), 0)),
        ]),
      ),
    reviver: undefined,
  },
};

/** Whether a value names a kind of metric. */
export function isMetricKind(kind: unknown): kind is MetricKind {
  return typeof kind === "string" && Object.hasOwn(ARITHMETIC, kind);
}

/**
 * The arithmetic of a metric. `undefined` for an unknown kind: the data may come from another
 * version of this library.
 */
export function arithmeticOf(
  { kind }: MetricDefinition,
): KindArithmetic<MetricDefinition, unknown> | undefined {
  if (!isMetricKind(kind)) return undefined;
  return ARITHMETIC[kind] as unknown as KindArithmetic<MetricDefinition, unknown>;
}

/** Applies a function to each number of a growth. */
export function mapGrowth(growth: Growth, map: (amount: number) => number): Growth {
  return typeof growth === "number" ? map(growth) : Object.fromEntries(
    Object.entries(growth).map(([field, amount]) => [field, map(amount)]),
  );
}

/** The sum of finite values. A gauge that no thread has set may be infinite: it adds nothing. */
function total(values: readonly number[]): number {
  return saturate(values.filter(Number.isFinite).reduce((sum, value) => sum + value, 0));
}

/** The value of a gauge over several series; 0 if no thread has set it in any of them. */
function combine(aggregate: GaugeAggregate, values: readonly number[]): number {
  // Snapshots do not say which of several series was set last.
  if (aggregate === "sum" || aggregate === "latest") return total(values);
  const pick = aggregate === "min" ? Math.min : Math.max;
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? 0 : finite.reduce((one, other) => pick(one, other));
}

function reviveHistogram(value: HistogramValue): HistogramValue {
  return value instanceof HistogramValue ? value : new HistogramValue(value);
}

function sumFieldsOf({ fields }: DefinitionsByKind["record"]): string[] {
  return Object.entries(fields).filter(([, { op }]) => op === "sum").map(([name]) => name);
}

function subtract(later: number | bigint, earlier: number | bigint): number | bigint {
  return typeof later === "bigint"
    // A sum modulo 2^64 may have decreased or wrapped, so its difference is a signed one.
    ? BigInt.asIntN(64, later - (earlier as bigint))
    : saturate(later - (earlier as number));
}
