/**
 * What each thread has counted, by the thread's name.
 *
 * @module
 */
import type { ThreadValue } from "../metrics/bucket_reader.ts";
import type { HistogramValue } from "../metrics/histogram_value.ts";
import type { FieldOp } from "../schema/fields.ts";
import type { GaugeAggregate } from "../schema/gauge.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import { type Family, type Row, valueOf } from "./families.ts";

/** One thread's part of a series. */
export interface ThreadSample {
  readonly thread: string;
  readonly value: unknown;
}

/**
 * The parts of a series, one for each name: a name can stand on several slots (two threads have it, or one had it before on another slot),
 * and nobody may see the same series twice.
 */
export function threadSamples(family: Family, row: Row): ThreadSample[] {
  const { definition } = family;
  // As its own property: what stands on `Object.prototype` is no part.
  const parts: readonly ThreadValue<unknown>[] = Object.hasOwn(row, "perThread")
    ? row.perThread ?? []
    : [];
  const byName = new Map<string, unknown>();
  for (const part of parts) {
    const value = valueOf(family, part);
    byName.set(
      part.thread,
      byName.has(part.thread)
        ? merge(definition!, family.field, byName.get(part.thread), value)
        : value,
    );
  }
  return Array.from(byName, ([thread, value]) => ({ thread, value }));
}

function merge(
  definition: MetricDefinition,
  field: string | undefined,
  a: unknown,
  b: unknown,
): unknown {
  switch (definition.kind) {
    case "counter":
      return combine("sum", a, b);
    case "gauge":
      return combine(definition.aggregate, a, b);
    case "histogram":
      return (a as HistogramValue).merge(b as HistogramValue);
    case "record":
      return combine(definition.fields[field!].op, a, b);
  }
}

function combine(op: FieldOp | GaugeAggregate, a: unknown, b: unknown): unknown {
  const [x, y] = [a, b] as [number, number];
  switch (op) {
    case "sum":
      return typeof a === "bigint" ? BigInt.asUintN(64, a + (b as bigint)) : x + y;
    case "min":
      return Math.min(x, y);
    case "max":
      return Math.max(x, y);
    case "bitOr":
      return (x | y) >>> 0;
    case "latest":
      // Which of two live threads of one name was later, their parts do not tell.
      return b;
  }
}
