/**
 * Destroying a bucket under its writer, and making another one that gets its id.
 *
 * @module
 */
import { counter, defineSchema, record, sum, type Thread, ThreadStats } from "../../../mod.ts";
import { defineHistory, must, named, onlyErrors } from "../history.ts";
import { MOST_BYTES, type Sent } from "./support.ts";

const schema = defineSchema({
  hits: counter({ labels: ["key"], maxSeries: 4 }),
  flow: record({ a: sum(), b: sum() }, { labels: ["key"], maxSeries: 4 }),
});
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;

const OLD = { key: "old" };
const NEXT = { key: "next" };
/** What the new bucket's own writer adds: the old one's adds 1. */
const OWN = 1000;

/** One of the metrics. */
interface Target {
  /** Binds a writer of the old bucket. */
  bind(thread: Own): () => void;
  addToNext(thread: Own): void;
  destroy(stats: Stats): void;
  make(stats: Stats): number;
  read(stats: Stats, labels: { key: string }): number;
}

const hits: Target = {
  bind: ({ metrics }) => {
    const bound = metrics.hits.labels(OLD);
    return () => bound.add(1);
  },
  addToNext: ({ metrics }) => metrics.hits.labels(NEXT).add(OWN),
  destroy: ({ metrics }) => metrics.hits.destroy(OLD),
  make: ({ metrics }) => metrics.hits.id(NEXT),
  read: ({ metrics }, labels) => metrics.hits.read(labels),
};

const flow: Target = {
  bind: ({ metrics }) => {
    const bound = metrics.flow.labels(OLD);
    return () => bound.update({ a: 1, b: 1 });
  },
  addToNext: ({ metrics }) => metrics.flow.labels(NEXT).update({ a: OWN, b: OWN }),
  destroy: ({ metrics }) => metrics.flow.destroy(OLD),
  make: ({ metrics }) => metrics.flow.id(NEXT),
  read: ({ metrics }, labels) => {
    const { a, b } = metrics.flow.read(labels);
    if (a !== b) throw new Error(`A read mixes two commits: ${a} and ${b}`);
    return a;
  },
};

function recreating(
  name: string,
  about: string,
  { target, warm, kills }: { target: Target; warm: boolean; kills: boolean },
) {
  return defineHistory<Sent, Stats>({
    name,
    about,
    preemptions: 2,
    kills,
    prepare: () => {
      const stats = ThreadStats.create(schema, { maxThreads: 3, maxByteLength: MOST_BYTES });
      return { sent: { handle: stats.handle }, kept: stats };
    },
    threads: [
      (sent, journal) => {
        const stats = ThreadStats.attach(schema, sent.handle);
        const add = target.bind(stats.registerThread("old"));
        if (warm) add();
        return () => {
          journal.do("add", add);
          journal.do("add", add);
          journal.do("read old", () => target.read(stats, OLD));
        };
      },
      (sent, journal) => {
        const stats = ThreadStats.attach(schema, sent.handle);
        const thread = stats.registerThread("next");
        target.read(stats, OLD);
        return () => {
          journal.do("destroy", () => target.destroy(stats));
          journal.do("make", () => target.make(stats));
          journal.do("read next", () => target.read(stats, NEXT));
          journal.do("add next", () => target.addToNext(thread));
        };
      },
    ],
    check: (stats, run) => {
      onlyErrors(run, /^RangeError: .* the bucket must be live/);
      const first = warm ? 1 : 0;
      for (const { value } of named(run, "read old")) {
        if (value === undefined) continue;
        must((value as number) <= first + 2, `the old bucket reads ${value}`);
      }
      for (const { value } of named(run, "read next")) {
        if (value !== undefined) must(value === 0, `the new bucket began with ${value}`);
      }
      const value = target.read(stats, NEXT);
      const isOwn = value === OWN || (value === 0 && run.killed.includes(1));
      must(isOwn, `the new bucket has ${value}: the old one's updates show in it`);
      const [destroy] = named(run, "destroy");
      for (const { begin, error } of named(run, "add")) {
        const isLate = begin > (destroy?.end ?? Infinity);
        must(
          !isLate || error !== undefined || run.killed.includes(0),
          "a dead bucket took an update",
        );
      }
      if (destroy !== undefined && destroy.end < Infinity) {
        must(target.read(stats, OLD) === 0, "the dead bucket can be read");
      }
    },
  });
}

export const recreateHistories = [
  recreating("recreate-counter", "A labelled counter's bucket gives its id to another", {
    target: hits,
    warm: true,
    kills: true,
  }),
  recreating("recreate-fresh", "The same, before the old bucket's writer has added", {
    target: hits,
    warm: false,
    kills: false,
  }),
  recreating("recreate-record", "A labelled record's bucket gives its id to another", {
    target: flow,
    warm: true,
    kills: false,
  }),
];
