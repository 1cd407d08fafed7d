/**
 * Ids: creating and destroying buckets.
 *
 * @module
 */
import { defineSchema, record, sum, ThreadStats } from "../../../mod.ts";
import { defineHistory, must, named, onlyErrors, type Run } from "../history.ts";
import { bytesUsed, MOST_BYTES, mustDiffer, type Sent, succeeded, unfinished } from "./support.ts";

const schema = defineSchema({ plain: record({ a: sum() }) });
type Stats = ThreadStats<typeof schema.metrics>;

/** Buckets of the first segment. */
const FIRST = 64;

interface Kept {
  readonly stats: Stats;
  readonly bytes: number;
}

function prepare(live: number): { sent: Sent; kept: Kept } {
  const stats = ThreadStats.create(schema, { maxThreads: 2, maxByteLength: MOST_BYTES });
  for (let n = 0; n < live; n++) stats.metrics.plain.create();
  // The first segment is there in any case.
  if (live === 0) stats.metrics.plain.destroy(stats.metrics.plain.create());
  return { sent: { handle: stats.handle }, kept: { stats, bytes: bytesUsed(stats.handle) } };
}

function readerOf({ handle }: Sent): Stats["metrics"]["plain"] {
  return ThreadStats.attach(schema, handle).metrics.plain;
}

/** Ids are held by one creator each, what was destroyed is free, and the rest leads to the smallest free ids. */
function checkIds({ stats, bytes }: Kept, run: Run, live: number): void {
  const { plain } = stats.metrics;
  onlyErrors(run, /^RangeError: .* that (was destroyed|never lived)$/);
  const created = succeeded(named(run, "create")).map(({ value }) => value as number);
  const destroyed = succeeded(named(run, "destroy")).map(({ value }) => value as number);
  // Each life of an id needs a death before it, but for the ids that lived at first.
  const balance = new Map<number, number>();
  for (let id = 0; id < live; id++) balance.set(id, 1);
  for (const id of created) balance.set(id, (balance.get(id) ?? 0) + 1);
  for (const id of destroyed) balance.set(id, (balance.get(id) ?? 0) - 1);
  const ids = plain.ids();
  const open = unfinished(run.events).length;
  // A killed thread may or may not have done what it was at.
  let astray = 0;
  for (const id of new Set([...balance.keys(), ...ids])) {
    astray += Math.abs((balance.get(id) ?? 0) - (ids.includes(id) ? 1 : 0));
  }
  must(
    astray <= open,
    `live are ${ids.join(" ")}: not what was created and not destroyed, once each`,
  );
  must(bytesUsed(stats.handle) === bytes, "the table has grown though an id was free");
  if (run.killed.length === 0) {
    let smallest = 0;
    while (ids.includes(smallest)) smallest++;
    if (smallest < FIRST) {
      const id = plain.create();
      must(id === smallest, `the smallest free id is ${smallest}, create() gave ${id}`);
      plain.destroy(id);
    }
  }
  // What a killed thread has hidden is found before the table grows.
  const more = Array.from({ length: FIRST - ids.length }, () => plain.create());
  mustDiffer([...ids, ...more], "an id was given");
  must(Math.max(...ids, ...more) < FIRST, "an id is lost");
}

/** Two threads create and destroy: one destroys what lived at first. */
const churn = defineHistory<Sent, Kept>({
  name: "ids",
  about: "Two threads create ids while one destroys some",
  preemptions: 2,
  kills: true,
  prepare: () => prepare(2),
  threads: [
    (sent, journal) => {
      const plain = readerOf(sent);
      return () => {
        journal.do("create", () => plain.create());
        journal.do("create", () => plain.create());
      };
    },
    (sent, journal) => {
      const plain = readerOf(sent);
      return () => {
        journal.do("destroy", () => (plain.destroy(0), 0));
        journal.do("create", () => plain.create());
      };
    },
  ],
  check: (kept, run) => checkIds(kept, run, 2),
});

/** One destroys the very id that the other is creating. */
const chase = defineHistory<Sent, Kept>({
  name: "ids-chase",
  about: "A thread destroys the id that another is creating",
  preemptions: 3,
  kills: true,
  prepare: () => prepare(0),
  threads: [
    (sent, journal) => {
      const plain = readerOf(sent);
      return () => {
        journal.do("create", () => plain.create());
        journal.do("create", () => plain.create());
      };
    },
    (sent, journal) => {
      const plain = readerOf(sent);
      return () => {
        journal.do("destroy", () => (plain.destroy(0), 0));
        journal.do("destroy", () => (plain.destroy(0), 0));
      };
    },
  ],
  check: (kept, run) => checkIds(kept, run, 0),
});

/** All ids of the table are in use but those that were destroyed just now. */
const full = defineHistory<Sent, Kept>({
  name: "ids-full",
  about: "Two threads free and create an id in a table that is full",
  preemptions: 1,
  kills: false,
  prepare: () => prepare(FIRST),
  threads: [5, 60].map((id) => (sent, journal) => {
    const plain = readerOf(sent);
    return () => {
      journal.do("destroy", () => (plain.destroy(id), id));
      journal.do("create", () => plain.create());
    };
  }),
  check: (kept, run) => checkIds(kept, run, FIRST),
});

export const idHistories = [churn, chase, full];
