/**
 * Clearing counters, records and histograms under writers and readers. What each update adds is a
 * bit of its own, so a sum tells what it is made of.
 *
 * @module
 */
import { counter, defineSchema, histogram, record, sum, ThreadStats } from "../../../mod.ts";
import {
  defineHistory,
  type Event,
  type Journal,
  must,
  named,
  onlyErrors,
  type Run,
} from "../history.ts";
import { AT_THE_END, bounds, MOST_BYTES, mustBeBetween, type Sent } from "./support.ts";

const schema = defineSchema({
  hits: counter(),
  series: counter({ labels: ["key"], maxSeries: 4 }),
  flow: record({ a: sum(), b: sum() }),
  // A bin for each bit.
  sizes: histogram({ boundaries: [1, 2, 4, 8, 16] }),
});
type Stats = ThreadStats<typeof schema.metrics>;

/** What the two writers had added before. */
const FIRST = 4;
const SECOND = 2;
const BEFORE = FIRST | SECOND;

const KEY = { key: "one" };

/** Adds to and reads one of the metrics. */
interface Target {
  add(thread: ReturnType<Stats["registerThread"]>, bit: number): void;
  read(stats: Stats): number;
  clear(stats: Stats): void;
}

const hits: Target = {
  add: ({ metrics }, bit) => metrics.hits.add(bit),
  read: ({ metrics }) => metrics.hits.read(),
  clear: ({ metrics }) => metrics.hits.clear(),
};

/** As a snapshot reads: many buckets at once. */
const series: Target = {
  add: ({ metrics }, bit) => metrics.series.labels(KEY).add(bit),
  read: (stats) => stats.snapshot().metrics.series.series[0].value,
  clear: ({ metrics }) => metrics.series.clear(KEY),
};

const flow: Target = {
  add: ({ metrics }, bit) => metrics.flow.update(0, { a: bit, b: bit }),
  read: ({ metrics }) => {
    const { a, b } = metrics.flow.read(0);
    if (a !== b) throw new Error(`A read mixes two commits: ${a} and ${b}`);
    return a;
  },
  clear: ({ metrics }) => metrics.flow.clear(0),
};

const sizes: Target = {
  add: ({ metrics }, bit) => metrics.sizes.record(bit),
  read: ({ metrics }) => {
    const { bins, count } = metrics.sizes.read();
    let total = 0;
    for (const bin of bins) if (bin.count > 0) total |= bin.upperBound;
    if (count > 5) throw new Error(`A read counts ${count} of 5 values`);
    return total;
  },
  clear: ({ metrics }) => metrics.sizes.clear(),
};

/** A read is of the time before the clear, with what was added then, or of the time after it. */
function checkRead(read: Pick<Event, "begin" | "end">, value: number, run: Run): void {
  const [clear] = named(run, "clear");
  const adds = named(run, "add");
  const bitOf = ({ value }: Event) => value as number;
  const known = adds.filter((add) => add.value !== undefined);
  const from = clear?.begin ?? Infinity;
  const to = clear?.end ?? Infinity;
  if (value & BEFORE) {
    must(read.begin < to, `a read gave ${value} after the clear`);
    const { least, most } = bounds(known, read, bitOf);
    // What was added after the clear began may be of the time after it.
    const early = bounds(known.filter(({ end }) => end < from), read, bitOf);
    mustBeBetween(value, {
      least: BEFORE | (read.end < from ? least : early.least),
      most: BEFORE | most,
    }, "a read before the clear");
  } else {
    must(read.end > from, `a read gave ${value} before the clear`);
    const late = known.filter(({ begin }) => begin > to);
    const maybe = known.filter(({ end }) => end > from);
    mustBeBetween(value, {
      least: bounds(late, read, bitOf).least,
      most: bounds(maybe, read, bitOf).most,
    }, "a read after the clear");
  }
}

function clearing(name: string, about: string, target: Target, preemptions = 2) {
  const writer =
    (before: number, act: (stats: Stats, add: (bit: number) => void, journal: Journal) => void) =>
    (sent: Sent, journal: Journal) => {
      const stats = ThreadStats.attach(schema, sent.handle);
      const thread = stats.registerThread();
      target.add(thread, before);
      const add = (bit: number) => {
        journal.do("add", () => (target.add(thread, bit), bit));
      };
      return () => act(stats, add, journal);
    };
  return defineHistory<Sent, Stats>({
    name,
    about,
    preemptions,
    kills: false,
    prepare: () => {
      const stats = ThreadStats.create(schema, { maxThreads: 4, maxByteLength: MOST_BYTES });
      stats.metrics.flow.create();
      return { sent: { handle: stats.handle }, kept: stats };
    },
    threads: [
      writer(FIRST, (_, add) => {
        // In a histogram, what was there before the clear stands between these.
        add(1);
        add(8);
      }),
      writer(SECOND, (stats, add, journal) => {
        journal.do("clear", () => target.clear(stats));
        add(16);
      }),
      (sent, journal) => {
        const stats = ThreadStats.attach(schema, sent.handle);
        return () => {
          journal.do("read", () => target.read(stats));
          journal.do("read", () => target.read(stats));
        };
      },
    ],
    check: (stats, run) => {
      onlyErrors(run, /^$/);
      for (const read of named(run, "read")) checkRead(read, read.value as number, run);
      checkRead(AT_THE_END, target.read(stats), run);
    },
  });
}

export const clearHistories = [
  clearing("clear-counter", "A counter is cleared under two writers and a reader", hits),
  clearing("clear-series", "The same, read as snapshots read", series, 1),
  clearing("clear-record", "A record is cleared under two writers and a reader", flow),
  clearing("clear-histogram", "A histogram is cleared under two writers and a reader", sizes, 1),
];
