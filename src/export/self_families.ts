/**
 * The families of the library's own metrics.
 *
 * @module
 */
import { SELF_PREFIX } from "../schema/exported_names.ts";
import type { ObservedThread, Row, SelfMetrics } from "../snapshots/snapshot_data.ts";
import { type Family, plainFamily } from "./family.ts";
import { threadLabels } from "./thread_samples.ts";

/** The library's own families. Those of observed threads are there once a thread is observed. */
export function* selfFamilies(self: SelfMetrics): Generator<Family> {
  const family = (
    kind: "counter" | "gauge",
    [name, unit]: [name: string, unit?: string],
    help: string,
    values: readonly { labels: Row["labels"]; value: number }[],
    options?: { readonly isInteger: boolean },
  ) => plainFamily({ kind, name: SELF_PREFIX + name, unit: unit ?? "" }, help, values, options);
  const byThread = (valueOf: (turn: ObservedThread) => number) =>
    turns.map((turn) => {
      const { thread, slot } = threadLabels(turn);
      return { labels: { thread, slot }, value: valueOf(turn) };
    });
  const by = (label: string, values: Readonly<Record<string, number>>) =>
    Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
  const one = (value: number) => [{ labels: {}, value }];
  const { threads, maxThreads, arena, series, overflowed, refusedUpdates, readRetries } = self;
  const { otherMemories = 0, turns = [] } = self;
  yield family("gauge", ["threads"], "Thread slots by state", by("state", threads));
  yield family("gauge", ["threads_limit"], "Maximum number of threads at a time", one(maxThreads));
  yield family("gauge", ["series"], "Live buckets by metric", by("metric", series));
  yield family(
    "gauge",
    ["arena_used_bytes", "bytes"],
    "Allocated shared memory",
    one(arena.usedBytes),
  );
  yield family(
    "gauge",
    ["arena_reserved_bytes", "bytes"],
    "Current size of the shared memory",
    one(arena.reservedBytes),
  );
  yield family(
    "gauge",
    ["arena_limit_bytes", "bytes"],
    "Size up to which the shared memory can grow",
    one(arena.maxBytes),
  );
  yield family(
    "counter",
    ["overflowed_updates"],
    "Updates sent to the overflow series, by labelled metric",
    by("metric", overflowed),
  );
  yield family(
    "counter",
    ["refused_updates"],
    "Updates refused because their thread was unregistered or revoked",
    one(refusedUpdates),
  );
  yield family(
    "counter",
    ["read_retries"],
    "Reads of records that started over because a writer overtook them",
    one(readRetries),
  );
  yield family(
    "counter",
    ["other_memories"],
    "Reports of another memory of the same name in the process",
    one(otherMemories),
  );
  // Programs that observe no thread do not have these.
  if (turns.length === 0) return;
  yield family(
    "gauge",
    ["thread_last_turn_timestamp_seconds", "seconds"],
    "When the event loop of an observed thread turned last, since 1970",
    byThread(({ lastTurn }) => lastTurn / 1000),
    { isInteger: false },
  );
  yield family(
    "gauge",
    ["thread_blocked_seconds", "seconds"],
    "For how long the event loop of an observed thread should have turned and has not",
    byThread(({ blockedSeconds }) => blockedSeconds),
    { isInteger: false },
  );
}
