/**
 * The series of a family with their attributes: of all threads together, or of each.
 *
 * @module
 */
import {
  type Family,
  idLabelOf,
  isAnonymous,
  labelNames,
  type Row,
  valueOf,
} from "../export/families.ts";
import { threadSamples } from "../export/thread_samples.ts";
import type { SeriesAttributes } from "./api.ts";

/** One series. */
export interface Sample {
  /** The bucket. */
  readonly row: Row;
  readonly attributes: SeriesAttributes;
  /** A `bigint` is a `number` here: the nearest one that is in OTLP's signed 64 bits. */
  readonly value: unknown;
}

/** The series of a family. A number that is not finite is left out: nobody has set it yet. */
export function* samplesIn(family: Family, perThread: boolean): Generator<Sample> {
  const nameOf = labelNames(family, { perThread });
  const isTold = perThread && family.definition !== undefined;
  for (const row of family.rows) {
    const attributes = attributesOf(family, row, nameOf);
    if (!isTold) {
      const value = plain(valueOf(family, row));
      if (isKnown(value)) yield { row, attributes, value };
      continue;
    }
    for (const sample of threadSamples(family, row)) {
      const value = plain(sample.value);
      if (isKnown(value)) {
        const { thread, slot } = sample;
        yield { row, attributes: { ...attributes, thread, slot }, value };
      }
    }
  }
}

/**
 * The greatest double that is a signed integer of 64 bits. The SDK's serializers let what is
 * greater come round.
 */
const MOST = 2 ** 63 - 1024;

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Math.min(Number(value), MOST) : value;
}

function isKnown(value: unknown): boolean {
  return typeof value !== "number" || Number.isFinite(value);
}

function attributesOf(
  family: Family,
  row: Row,
  nameOf: (label: string) => string,
): SeriesAttributes {
  if (isAnonymous(family, row)) return { [idLabelOf(family)]: `${row.id}` };
  const attributes: SeriesAttributes = {};
  for (const [label, value] of Object.entries(row.labels)) {
    if (label === "otel_metric_overflow") {
      attributes["otel.metric.overflow"] = true;
      continue;
    }
    attributes[nameOf(label)] = value!;
  }
  return attributes;
}
