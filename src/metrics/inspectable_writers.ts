/**
 * What readers and writers show of themselves.
 *
 * @module
 */
import type { Series } from "../buckets/label_trie.ts";
import { inspectable } from "../base/inspectable.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { WriterContext } from "./cell_writer.ts";

/** What users call a reader or writer: `LabelledCounterReader`. */
export function typeOf(
  kind: MetricDefinition["kind"],
  role: "Reader" | "Writer",
  isLabelled = false,
): string {
  return `${isLabelled ? "Labelled" : ""}${kind[0].toUpperCase()}${kind.slice(1)}${role}`;
}

/** What a definition says to people. */
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
 * Makes a class of writers show themselves: those of one bucket if their series are known, else
 * those that find them.
 */
export function showWriters<Writer extends object>(
  prototype: Writer,
  homeOf: (writer: Writer) => WriterContext,
  seriesOf?: (writer: Writer) => Series | undefined,
): void {
  inspectable(prototype, {
    type: (writer) => {
      const { kind, index } = homeOf(writer);
      return typeOf(kind, "Writer", index !== undefined && seriesOf === undefined);
    },
    metric: (writer) => homeOf(writer).table.name,
    facts: (writer) => {
      const series = seriesOf?.(writer);
      return {
        ...series !== undefined && { labels: series.labels },
        slot: homeOf(writer).thread.tenure.slot,
      };
    },
  });
}

/** Makes a class of record writers show themselves: `recordsOf` has the records of one metric in one thread. */
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

/** What a writer of records shows beside its metric. */
export interface RecordFacts {
  /** Whether it finds buckets by labels. */
  readonly isLabelled: boolean;
  /** The thread's slot. */
  readonly slot: number;
}

/** Makes a class of bursts show themselves. */
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
