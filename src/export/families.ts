/**
 * A snapshot as exporters see it: families of series, each of one kind, with the name that the world knows it by.
 *
 * @module
 */
import type { SeriesSnapshot, ThreadValue } from "../metrics/bucket_reader.ts";
import { familiesOf, type FamilyName, SELF_PREFIX } from "../schema/exported_names.ts";
import { snakeCase } from "../schema/names.ts";
import type { HistogramBins } from "../schema/histogram.ts";
import type { MetricDefinition } from "../schema/schema.ts";
import type { SnapshotData } from "../snapshots/snapshot.ts";

/** One bucket, of whatever kind. */
export type Row = SeriesSnapshot<unknown>;

/** A family with its series. */
export interface Family extends FamilyName {
  /** What is counted, in words. */
  readonly help: string;
  /** The bins of a histogram. */
  readonly bins: HistogramBins | undefined;
  /** The metric that the family is (a part) of; none for the library's own. */
  readonly definition: MetricDefinition | undefined;
  /** The series; of a record the value is {@linkcode valueOf} it. */
  readonly rows: readonly Row[];
}

/** All families of a snapshot: the metrics in the order of the schema, then the library's own figures. */
export function* familiesIn(
  snapshot: SnapshotData,
  { selfMetrics = true }: { selfMetrics?: boolean } = {},
): Generator<Family> {
  for (const [metric, { definition, series }] of Object.entries(snapshot.metrics)) {
    for (const name of familiesOf(metric, definition)) {
      yield {
        ...name,
        help: helpOf(name, definition),
        bins: definition.kind === "histogram" ? definition.bins : undefined,
        definition,
        rows: series as readonly Row[],
      };
    }
  }
  if (selfMetrics) yield* selfFamilies(snapshot.self);
}

/** The value of a series or of a thread's part of it: of a record, its field. */
export function valueOf({ field }: FamilyName, { value }: Row | ThreadValue<unknown>): unknown {
  return field === undefined ? value : (value as Record<string, unknown>)[field];
}

/** Whether a bucket has to be told from others by its id, as it was made by `create()`: not by labels, and not the only one. */
export function isAnonymous({ definition }: Family, row: Row): boolean {
  if (definition === undefined) return false;
  if (definition.labels.length === 0) return definition.kind === "record";
  return Object.keys(row.labels).length === 0;
}

/** The label by which {@linkcode isAnonymous} buckets are told from others: one that the metric does not have itself. */
export function idLabelOf({ definition }: Family): string {
  return free("id", "bucket_", (definition?.labels ?? []).map(snakeCase));
}

/**
 * What the labels of a family's series are called. Where threads are told apart, labels `thread` and `slot` of the metric's own make room for theirs, as
 * those of a target do in Prometheus.
 */
export function labelNames(
  { definition }: Family,
  { perThread }: { perThread: boolean },
): (key: string) => string {
  const names = new Map((definition?.labels ?? []).map((label) => [label, snakeCase(label)]));
  if (perThread && definition !== undefined) {
    const taken = [...names.values()];
    for (const [label, name] of names) {
      if (name === "thread" || name === "slot") {
        names.set(label, free(`exported_${name}`, "exported_", taken));
      }
    }
  }
  return (key) => names.get(key) ?? key;
}

/** A name that is not taken: with as many prefixes as that needs. */
function free(name: string, prefix: string, taken: readonly string[]): string {
  return taken.includes(name) ? free(prefix + name, prefix, taken) : name;
}

function helpOf({ metric, field }: FamilyName, { help }: MetricDefinition): string {
  if (field === undefined) return help;
  return help === "" ? `${field} of ${metric}` : `${help}: ${field}`;
}

/** A family of figures that no schema defines. */
export function plainFamily(
  name: Pick<FamilyName, "kind" | "name" | "unit">,
  help: string,
  values: readonly { labels: Row["labels"]; value: number }[],
): Family {
  return {
    ...{ metric: name.name, field: undefined, bins: undefined, definition: undefined },
    ...name,
    help,
    rows: values.map(({ labels, value }, id) => ({ id, labels, value, epoch: 1 })),
  };
}

function* selfFamilies(self: SnapshotData["self"]): Generator<Family> {
  const own = (
    kind: "counter" | "gauge",
    [name, unit]: [name: string, unit?: string],
    help: string,
    values: readonly { labels: Row["labels"]; value: number }[],
  ) => plainFamily({ kind, name: SELF_PREFIX + name, unit: unit ?? "" }, help, values);
  const by = (label: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
  const one = (value: number) => [{ labels: {}, value }];
  const { threads, maxThreads, arena, series, overflowed, refusedUpdates, readRetries } = self;
  yield own("gauge", ["threads"], "Thread slots by state", by("state", threads));
  yield own("gauge", ["threads_limit"], "The most threads at a time", one(maxThreads));
  yield own("gauge", ["series"], "Live buckets by metric", by("metric", series));
  yield own(
    "gauge",
    ["arena_used_bytes", "bytes"],
    "Shared memory that is given out",
    one(arena.usedBytes),
  );
  yield own(
    "gauge",
    ["arena_reserved_bytes", "bytes"],
    "Shared memory that is there",
    one(arena.reservedBytes),
  );
  yield own(
    "gauge",
    ["arena_limit_bytes", "bytes"],
    "To what the shared memory can grow",
    one(arena.maxBytes),
  );
  yield own(
    "counter",
    ["overflowed_updates"],
    "Updates sent to the overflow series, by labelled metric",
    by("metric", overflowed),
  );
  yield own(
    "counter",
    ["refused_updates"],
    "Updates that threads tried after they were unregistered or revoked",
    one(refusedUpdates),
  );
  yield own(
    "counter",
    ["read_retries"],
    "Reads of records begun again because their writer was faster",
    one(readRetries),
  );
}
