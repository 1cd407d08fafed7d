/**
 * What the compiler accepts as exemplars, and what it refuses. Type-checked only, never run.
 *
 * @module
 */
import {
  counter,
  defineSchema,
  type Exemplar,
  type ExemplarLabels,
  gauge,
  histogram,
  ThreadStats,
} from "@x/thread-stats";

const schema = defineSchema({
  hits: counter(),
  calls: counter({ labels: ["method"] }),
  level: gauge(),
  size: histogram({ boundaries: [1, 2] }),
});
const stats = ThreadStats.create(schema);
const { hits, calls, level, size } = stats.registerThread("main").metrics;

export function give(traceId: string | undefined): void {
  const exemplar: ExemplarLabels = { trace_id: "a", span_id: "b" };
  hits.add(1, { exemplar });
  hits.add(undefined, { exemplar: traceId === undefined ? undefined : { trace_id: traceId } });
  calls.labels({ method: "GET" }).add(1, { exemplar });
  size.record(1, { exemplar });
  size.record(1, { count: 2, exemplar });
  size.record(1, 2);

  // @ts-expect-error: labels are strings
  hits.add(1, { exemplar: { trace_id: 1 } });
  // @ts-expect-error: no such option
  hits.add(1, { count: 2 });
  // @ts-expect-error: labels are strings
  size.record(1, { exemplar: { trace_id: undefined } });
  // @ts-expect-error: no such option
  size.record(1, { n: 2 });
  // @ts-expect-error: a count, or options, not both
  size.record(1, 2, { exemplar });
  // @ts-expect-error: gauges have none
  level.add(1, { exemplar });
}

export function take(): Exemplar | undefined {
  const { metrics } = stats.snapshot();
  const [row] = metrics.size.series;
  const [first] = row.exemplars ?? [];
  // @ts-expect-error: a row may have none
  row.exemplars[0];
  // @ts-expect-error: read only
  first.value = 1;
  const _labels: Readonly<Record<string, string>> = first.labels;
  return row.exemplars?.at(-1);
}
