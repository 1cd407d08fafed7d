/**
 * Ids: creating and destroying buckets.
 *
 * @module
 */
import { defineHistory, type Journal, must, named, onlyErrors, type Run } from "../history.ts";
import { attach, FIRST, type Kept, prepare } from "./plain.ts";
import { bytesUsed, mustDiffer, type Sent, succeeded, unfinished } from "./support.ts";

/** Creates a bucket, or destroys the one with a given id. */
type Act = "create" | number;

function acts(...list: readonly Act[]) {
  return (sent: Sent, journal: Journal) => {
    const { plain } = attach(sent).metrics;
    return () => {
      for (const act of list) {
        if (act === "create") journal.do("create", () => plain.create());
        else journal.do("destroy", () => (plain.destroy(act), act));
      }
    };
  };
}

/**
 * Ids are held by one creator each, what was destroyed is free, and the rest leads to the smallest
 * free ids.
 */
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

const churn = defineHistory<Sent, Kept>({
  name: "ids",
  about: "Two threads create ids while one destroys some",
  preemptions: 2,
  kills: true,
  prepare: () => prepare(2),
  threads: [acts("create", "create"), acts(0, "create")],
  check: (kept, run) => checkIds(kept, run, 2),
});

const chase = defineHistory<Sent, Kept>({
  name: "ids-chase",
  about: "A thread destroys the id that another is creating",
  preemptions: 3,
  kills: true,
  prepare: () => prepare(0),
  threads: [acts("create", "create"), acts(0, 0)],
  check: (kept, run) => checkIds(kept, run, 0),
});

const full = defineHistory<Sent, Kept>({
  name: "ids-full",
  about: "Two threads free and create an id in a table that is full",
  preemptions: 1,
  kills: false,
  prepare: () => prepare(FIRST),
  threads: [acts(5, "create"), acts(60, "create")],
  check: (kept, run) => checkIds(kept, run, FIRST),
});

export const idHistories = [churn, chase, full];
