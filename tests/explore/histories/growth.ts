/**
 * Growth: of the bucket table, of threads' cells, and of the memory itself.
 *
 * @module
 */
import { defineHistory, type Journal, must, named, onlyErrors } from "../history.ts";
import { attach, FIRST, type Kept, prepare } from "./plain.ts";
import { bytesUsed, fillArena, mustDiffer, type Sent, succeeded, unfinished } from "./support.ts";

const table = defineHistory<Sent, Kept>({
  name: "growth-table",
  about: "Two threads create a bucket in a table that is full",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(FIRST),
  threads: Array.from({ length: 2 }, () => (sent: Sent, journal: Journal) => {
    const { plain } = attach(sent).metrics;
    return () => {
      journal.do("create", () => plain.create());
    };
  }),
  check: ({ stats, bytes }, run) => {
    onlyErrors(run, /^$/);
    const created = succeeded(named(run, "create")).map(({ value }) => value as number);
    const ids = stats.metrics.plain.ids();
    mustDiffer(ids, "an id lives");
    mustDiffer(created, "an id was created");
    for (const id of created) must(ids.includes(id), `id ${id} was created and does not live`);
    must(ids.length - FIRST - created.length <= unfinished(run.events).length, "too many ids");
    for (const id of created) must(id < FIRST + 2, `id ${id} is not the smallest free one`);
    // Two segments of 128 buckets: that of the loser may be lost.
    const grown = bytesUsed(stats.handle) - bytes;
    must(grown <= 2 * 640, `the memory grew by ${grown} bytes`);
  },
});

/**
 * The first update of bucket 64 in each thread makes a segment, and for one of them the memory must
 * grow.
 */
const cells = defineHistory<Sent, Kept>({
  name: "growth-cells",
  about: "Two threads make segments of cells while the memory grows and a third one reads",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(FIRST + 1),
  threads: [
    ...["one", "other"].map((name) => (sent: Sent, journal: Journal) => {
      const thread = attach(sent).registerThread(name);
      return () => {
        journal.do("update", () => thread.metrics.plain.update(FIRST, { a: 1, b: 1 }));
        journal.do("update", () => thread.metrics.plain.update(FIRST, { a: 1, b: 1 }));
      };
    }),
    (sent, journal) => {
      const { plain } = attach(sent).metrics;
      plain.read(FIRST);
      fillArena(sent.handle);
      return () => {
        journal.do("read", () => plain.read(FIRST));
      };
    },
  ],
  check: ({ stats }, run) => {
    onlyErrors(run, /^$/);
    const updates = named(run, "update");
    const open = unfinished(updates).length;
    const reads = succeeded(named(run, "read"));
    const last = { begin: Infinity, end: Infinity, value: stats.metrics.plain.read(FIRST) };
    for (const { begin, end, value } of [...reads, last]) {
      const { a, b } = value as { a: number; b: number };
      must(a === b, `a read mixes two commits: ${a} and ${b}`);
      const least = updates.filter((update) => update.end < begin).length;
      const most = updates.filter((update) => update.begin < end).length;
      must(a >= least && a <= most, `a read gave ${a}: ${least} had ended, ${most} had begun`);
    }
    // What a killed thread had begun is there as a whole or not at all.
    const { a } = last.value;
    must(a >= updates.length - open && a <= updates.length, `${a} of ${updates.length} updates`);
  },
});

export const growthHistories = [table, cells];
