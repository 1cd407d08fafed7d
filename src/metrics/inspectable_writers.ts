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
