/**
 * The series of a family with their attributes, for all threads together or for each thread.
 *
 * @module
 */
import { openAttributesOf, OVERFLOW_ATTRIBUTE } from "../export/attribute_text.ts";
import { type Family, valueOf } from "../export/family.ts";
import { idLabelOf, isAnonymous, labelNames } from "../export/series_labels.ts";
import { threadSamples } from "../export/thread_samples.ts";
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import { exemplarsOf } from "../snapshots/exemplars.ts";
import { meterOriginOf } from "../schema/meter_origin.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import type { SeriesAttributes } from "./api.ts";

/** The value of one series at the time of a collection. */
export interface Sample {
  /** The bucket. */
  readonly row: Row;
  readonly attributes: SeriesAttributes;
  /** A `number` or a `HistogramValue`. A `bigint` becomes the nearest `number` in range. */
  readonly value: unknown;
  /** Of counters and histograms. */
  readonly exemplars: readonly Exemplar[];
}

/** The samples of a family. Non-finite numbers are left out: no thread has set them yet. */
export function* samplesIn(family: Family, perThread: boolean): Generator<Sample> {
  const nameOf = labelNames(family, { perThread });
  const isByThread = family.isByThread || (perThread && family.definition !== undefined);
  for (const row of family.rows) {
    const attributes = attributesOf(family, row, nameOf);
    if (!isByThread) {
      const value = withoutBigint(valueOf(family, row));
      if (isExported(value)) yield { row, attributes, value, exemplars: exemplarsOf(row) };
      continue;
    }
    for (const sample of threadSamples(family, row)) {
      const value = withoutBigint(sample.value);
      if (isExported(value)) {
        const { thread, slot, exemplars } = sample;
        yield { row, attributes: { ...attributes, thread, slot }, value, exemplars };
      }
    }
  }
}

/**
 * The greatest double that is a signed 64-bit integer. In the SDK's serializers, greater ones wrap
 * around.
 */
const MAX_INT64 = 2 ** 63 - 1024;

function withoutBigint(value: unknown): unknown {
  return typeof value === "bigint" ? Math.min(Number(value), MAX_INT64) : value;
}

function isExported(value: unknown): boolean {
  return typeof value !== "number" || Number.isFinite(value);
}

function attributesOf(
  family: Family,
  row: Row,
  nameOf: (label: string) => string,
): SeriesAttributes {
  if (meterOriginOf(family.definition) !== undefined) {
    return openAttributesOf(row) as SeriesAttributes;
  }
  if (isAnonymous(family, row)) return { [idLabelOf(family)]: `${row.id}` };
  const attributes: SeriesAttributes = {};
  for (const [label, value] of Object.entries(row.labels)) {
    if (label === "otel_metric_overflow") {
      attributes[OVERFLOW_ATTRIBUTE] = true;
      continue;
    }
    attributes[nameOf(label)] = value!;
  }
  return attributes;
}
