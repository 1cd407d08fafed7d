/**
 * What `console.log` and JSON show of readers and writers.
 *
 * @module
 */
import type { BucketLife } from "../buckets/label_trie.ts";
import { inspectable } from "../base/inspectable.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import type { WriterContext } from "./cell_writer.ts";

/** The name of a reader or writer in the types for users, such as `LabelledCounterReader`. */
export function typeOf(
  kind: MetricDefinition["kind"],
  role: "Reader" | "Writer",
  isLabelled = false,
): string {
  return `${isLabelled ? "Labelled" : ""}${kind[0].toUpperCase()}${kind.slice(1)}${role}`;
}

/** The parts of a definition that explain the metric. */
export function wordsOf(
  { help, unit, labels, maxSeries }: MetricDefinition,
): Readonly<Record<string, unknown>> {
  return {
    ...help !== "" && { help },
    ...unit !== "" && { unit },
    ...labels.length > 0 && { labels, maxSeries },
  };
}

/**
 * Makes a class of writers inspectable. With `seriesOf` these are writers of one bucket, without it
 * they find writers by labels.
 */
export function showWriters<Writer extends object>(
  prototype: Writer,
  contextOf: (writer: Writer) => WriterContext,
  seriesOf?: (writer: Writer) => BucketLife | undefined,
): void {
  inspectable(prototype, {
    type: (writer) => {
      const { kind, index } = contextOf(writer);
      return typeOf(kind, "Writer", index !== undefined && seriesOf === undefined);
    },
    metric: (writer) => contextOf(writer).table.name,
    facts: (writer) => {
      const series = seriesOf?.(writer);
      return {
        ...series !== undefined && { labels: series.labels },
        slot: contextOf(writer).thread.tenure.slot,
      };
    },
  });
}

/** Makes a class of record writers inspectable. `recordsOf` returns the records behind a writer. */
export function showRecordWriters<Writer extends object>(
  prototype: Writer,
  recordsOf: (writer: Writer) => { readonly metric: string; readonly facts: RecordFacts },
): void {
  inspectable(prototype, {
    type: (writer) => typeOf("record", "Writer", recordsOf(writer).facts.isLabelled),
    metric: (writer) => recordsOf(writer).metric,
    facts: (writer) => ({ slot: recordsOf(writer).facts.slot }),
  });
}

/** Makes a class of writers of one labelled record inspectable. */
export function showBoundRecords<Writer extends { readonly id: number }>(
  prototype: Writer,
  recordsOf: (writer: Writer) => { readonly metric: string },
  lifeOf: (writer: Writer) => { readonly series: BucketLife },
): void {
  inspectable(prototype, {
    type: "RecordBucketWriter",
    metric: (writer) => recordsOf(writer).metric,
    facts: (writer) => ({ id: writer.id, labels: lifeOf(writer).series.labels }),
  });
}

/** What a writer of records shows in addition to its metric. */
export interface RecordFacts {
  /** Whether the metric has labels. */
  readonly isLabelled: boolean;
  /** The slot of the thread. */
  readonly slot: number;
}

/** Makes a class of bursts inspectable. */
export function showBursts<Burst extends { readonly id: number }>(
  prototype: Burst,
  metricOf: (burst: Burst) => string,
  isOpen: (burst: Burst) => boolean,
): void {
  inspectable(prototype, {
    type: "RecordBurst",
    metric: metricOf,
    facts: (burst) => ({ id: burst.id, isOpen: isOpen(burst) }),
  });
}
