/**
 * Labels: the same labels get one bucket in all threads, and keep it.
 *
 * @module
 */
import { counter, defineSchema, ThreadStats } from "../../../mod.ts";
import { LINE } from "../../../src/memory/layout.ts";
import { defineHistory, type Journal, must, named, onlyErrors, type Run } from "../history.ts";
import {
  arenaOf,
  bytesUsed,
  freeLines,
  MOST_BYTES,
  mustDiffer,
  type Sent,
  succeeded,
  unfinished,
} from "./support.ts";

const schema = defineSchema({ hits: counter({ labels: ["key"], maxSeries: 8 }) });
type Stats = ThreadStats<typeof schema.metrics>;

function prepare(keys: string[] = []): { sent: Sent; kept: Stats } {
  const stats = ThreadStats.create(schema, { maxThreads: 3, maxByteLength: MOST_BYTES });
  const { hits } = stats.metrics;
  // The memory has grown and the table is there.
  for (const key of keys) hits.id({ key });
  for (const key of keys) hits.destroy({ key });
  return { sent: { handle: stats.handle }, kept: stats };
}

/** What a thread does: `x` finds or makes a bucket, `-x` destroys it, `*` lists all. */
function acts(...steps: string[]) {
  return (sent: Sent, journal: Journal) => {
    const { hits } = ThreadStats.attach(schema, sent.handle).metrics;
    return () => {
      for (const step of steps) {
        const key = step.replace("-", "");
        if (step === "*") {
          journal.do("series", () => hits.series().map(({ id, labels }) => [labels.key, id]));
        } else if (step.startsWith("-")) {
          journal.do("destroy", () => (hits.destroy({ key }), key));
        } else {
          journal.do("id", () => [key, hits.id({ key })]);
        }
      }
    };
  };
}

type Pair = [key: string, id: number];

/** One id for each key; keys whose buckets are destroyed at some time may have had several. */
function checkLabels(stats: Stats, run: Run, destroyed: readonly string[] = []): void {
  onlyErrors(run, /^RangeError: .* a live bucket must have these labels/);
  const fresh = ThreadStats.attach(schema, stats.handle).metrics.hits;
  const live = fresh.series().map(({ id, labels }): Pair => [labels.key!, id]);
  mustDiffer(live.map(([key]) => key), "labels live");
  mustDiffer(live.map(([, id]) => id), "an id lives");
  const given = succeeded(named(run, "id")).map(({ value }) => value as Pair);
  const isStable = ([key]: Pair) => !destroyed.includes(key);
  const ids = new Map(live);
  for (const [key, id] of given.filter(isStable)) {
    must(ids.get(key) === id, `${key} was given id ${id}, and has ${ids.get(key)}`);
  }
  for (const { value } of succeeded(named(run, "series"))) {
    const pairs = value as Pair[];
    mustDiffer(pairs.map(([key]) => key), "a reader saw labels");
    for (const [key, id] of pairs.filter(isStable)) {
      must(ids.get(key) === id, `a reader saw ${key} at id ${id}; it has ${ids.get(key)}`);
    }
  }
  // Everybody finds the same, those who know nothing yet and those who have looked on.
  for (const [key, id] of live) {
    for (const hits of [fresh, stats.metrics.hits]) {
      const found = hits.id({ key });
      must(found === id, `${key} has id ${id}, and is found at ${found}`);
    }
  }
  // And makes new ones that are nobody's.
  const made = fresh.id({ key: "new" });
  must(live.every(([, id]) => id !== made), `id ${made} was given twice`);
  const keys = new Set([...live.map(([key]) => key), "new"]);
  const after = new Set(fresh.series().map(({ labels }) => labels.key));
  // A creation of a killed thread may have been finished just now.
  const more = after.size - keys.size;
  const isKept = [...keys].every((key) => after.has(key));
  must(
    isKept && more <= unfinished(run.events).length,
    `live were ${[...keys]}, now ${[...after]}`,
  );
}

const same = defineHistory<Sent, Stats>({
  name: "labels-same",
  about: "Two threads make a bucket for the same labels",
  preemptions: 2,
  kills: true,
  prepare: () => prepare(["old"]),
  threads: [acts("x"), acts("x")],
  check: checkLabels,
});

const first = defineHistory<Sent, Stats>({
  name: "labels-first",
  about:
    "Two threads make the first buckets of a metric, and with them its log, while a third one lists",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(),
  threads: [acts("x"), acts("yy", "x"), acts("*")],
  check: checkLabels,
});

const different = defineHistory<Sent, Stats>({
  name: "labels-different",
  about: "Two threads make buckets for the same two labels in opposite orders",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(),
  threads: [acts("x", "yy"), acts("yy", "x")],
  check: checkLabels,
});

const recycled = defineHistory<Sent, Stats>({
  name: "labels-blocks",
  about: "Two threads make and destroy buckets whose label blocks are used again",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(["old", "older"]),
  threads: [acts("x", "w"), acts("y", "z", "-y")],
  check: (stats, run) => {
    const before = bytesUsed(stats.handle);
    checkLabels(stats, run, ["y"]);
    must(bytesUsed(stats.handle) - before <= 64, "the check itself took memory");
  },
});

/** A key whose text is one line beyond its head, or two. */
const long = (name: string, lines: number) => name.repeat(lines * 32);
/** The lines whose bits stand in one word. */
const WORD = 32;

/** Three lines that came back: one, and two whose bits stand in two words. */
function prepareLines() {
  const { sent, kept } = prepare();
  const { hits } = kept.metrics;
  hits.id({ key: long("o", 1) });
  const arena = arenaOf(sent.handle);
  while (arena.bytesUsed / LINE % WORD !== WORD - 1) arena.allocate(LINE, false);
  hits.id({ key: long("p", 2) });
  for (const { id } of hits.series()) hits.destroy(id);
  return { sent, kept: { stats: kept, bytes: arena.bytesUsed } };
}

const lent = defineHistory<Sent, { stats: Stats; bytes: number }>({
  name: "labels-extents",
  about:
    "Two threads make and destroy buckets whose texts are lent the same lines, by one and by two",
  preemptions: 1,
  kills: true,
  prepare: prepareLines,
  threads: [acts(long("x", 2), `-${long("x", 2)}`, long("w", 1)), acts(long("z", 1), long("y", 1))],
  check: ({ stats, bytes }, run) => {
    checkLabels(stats, run, [long("x", 2)]);
    if (unfinished(run.events).length > 0) return;
    const { hits } = stats.metrics;
    for (const { id } of hits.series()) hits.destroy(id);
    const free = freeLines(stats.handle);
    const lines = 3 + (bytesUsed(stats.handle) - bytes) / LINE;
    must(free === lines, `${free} of ${lines} lines came back`);
  },
});

const looked = defineHistory<Sent, Stats>({
  name: "labels-read",
  about: "A thread lists buckets while another one destroys and makes some",
  preemptions: 2,
  kills: false,
  prepare: () => {
    const { sent, kept } = prepare();
    kept.metrics.hits.id({ key: "x" });
    kept.metrics.hits.id({ key: "stays" });
    return { sent, kept };
  },
  threads: [acts("*", "*"), acts("-x", "yy", "x")],
  check: (stats, run) => checkLabels(stats, run, ["x"]),
});

const contended = defineHistory<Sent, Stats>({
  name: "labels-destroy",
  about: "Two threads make and destroy the same bucket",
  preemptions: 1,
  kills: true,
  prepare: () => prepare(["old"]),
  threads: [acts("x", "-x", "yy"), acts("x", "-x", "x")],
  check: (stats, run) => checkLabels(stats, run, ["x"]),
});

export const labelHistories = [same, first, different, recycled, lent, looked, contended];
