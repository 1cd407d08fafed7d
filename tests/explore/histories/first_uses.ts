/**
 * First updates: a thread makes its cell of a metric, and snapshots begin to read that metric.
 *
 * @module
 */
import { counter, defineSchema, ThreadStats } from "../../../mod.ts";
import { defineHistory, type Event, type Journal, must, named, onlyErrors } from "../history.ts";
import {
  AT_THE_END,
  bounds,
  MOST_BYTES,
  mustBeBetween,
  type Seated,
  seatOf,
  type Sent,
  succeeded,
} from "./support.ts";

const schema = defineSchema({ one: counter(), other: counter() });
type Stats = ThreadStats<typeof schema.metrics>;
type Name = keyof typeof schema.metrics;

const NAMES = ["one", "other"] as const;
const THREADS = 3;

function create(quarantineSeconds: number): Stats {
  return ThreadStats.create(schema, {
    maxThreads: THREADS,
    maxByteLength: MOST_BYTES,
    quarantineSeconds,
  });
}

/** What a thread adds: a bit, so that a total tells who has added. */
const bitOf = ({ thread }: Pick<Event, "thread">) => 1 << thread;

/** The totals of both metrics in a snapshot. */
function totalsOf(stats: Stats): number[] {
  const { metrics } = stats.snapshot();
  return NAMES.map((name) => metrics[name].series[0].value);
}

function adding(thread: number, ...names: Name[]) {
  return ({ handle }: Sent, journal: Journal) => {
    const { metrics } = ThreadStats.attach(schema, handle).registerThread();
    return () => {
      for (const name of names) {
        journal.do(`add ${name}`, () => metrics[name].add(bitOf({ thread })));
      }
    };
  };
}

/** Takes snapshots; it has taken one before. */
function snapshots(count: number) {
  return ({ handle }: Sent, journal: Journal) => {
    const stats = ThreadStats.attach(schema, handle);
    stats.snapshot();
    return () => {
      for (let n = 0; n < count; n++) journal.do("snapshot", () => totalsOf(stats));
    };
  };
}

function prepare(): { sent: Sent; kept: Stats } {
  const stats = create(0);
  stats.snapshot();
  return { sent: { handle: stats.handle }, kept: stats };
}

const seen = defineHistory<Sent, Stats>({
  name: "uses",
  about: "Threads update metrics for the first time while another one takes snapshots",
  preemptions: 2,
  kills: false,
  prepare,
  threads: [
    adding(0, "one", "other"),
    adding(1, "one"),
    snapshots(2),
  ],
  check: (stats, run) => {
    onlyErrors(run, /^$/);
    const last = { ...AT_THE_END, value: totalsOf(stats) };
    for (const snapshot of [...succeeded(named(run, "snapshot")), last]) {
      for (const [n, name] of NAMES.entries()) {
        const expected = bounds(named(run, `add ${name}`), snapshot, bitOf);
        mustBeBetween((snapshot.value as number[])[n], expected, `the total of ${name}`);
      }
    }
  },
});

const again = defineHistory<Sent, Stats>({
  name: "uses-again",
  about:
    "A thread updates a metric for the first time and once more while another one takes snapshots",
  preemptions: 3,
  kills: false,
  prepare,
  threads: [
    snapshots(2),
    ({ handle }, journal) => {
      const { metrics } = ThreadStats.attach(schema, handle).registerThread();
      // So the first snapshot must examine the metrics.
      metrics.one.add(0);
      return () => {
        for (const amount of [1, 2]) {
          journal.do("add other", () => (metrics.other.add(amount), amount));
        }
      };
    },
  ],
  check: (stats, run) => {
    onlyErrors(run, /^$/);
    const last = { ...AT_THE_END, value: totalsOf(stats) };
    for (const snapshot of [...succeeded(named(run, "snapshot")), last]) {
      const expected = bounds(named(run, "add other"), snapshot, ({ value }) => value as number);
      mustBeBetween((snapshot.value as number[])[1], expected, "the total of other");
    }
  },
});

const fenced = defineHistory<Seated, Stats>({
  name: "uses-revoke",
  about: "A fenced thread and its slot's next owner make their first cells",
  preemptions: 2,
  kills: true,
  prepare: () => {
    const stats = create(0);
    const { handle } = stats.reserveThread("a");
    return { sent: { handle: stats.handle, seat: handle.seat! }, kept: stats };
  },
  threads: [
    ({ handle, seat }, journal) => {
      const stats = ThreadStats.attach(defineSchema({ one: schema.metrics.one }), handle);
      const thread = ThreadStats.attach(defineSchema({}), { ...handle, seat }).registerThread();
      return () => {
        journal.do("add one", () => thread.extend(stats).metrics.one.add(1));
      };
    },
    ({ handle, seat }, journal) => {
      const stats = ThreadStats.attach(defineSchema({ other: schema.metrics.other }), handle);
      const revocable = seatOf(handle, seat, THREADS);
      return () => {
        let metrics: { other: { add(n: number): void } } | undefined;
        journal.do("revoke", () => revocable.revoke());
        journal.do("register", () => void ({ metrics } = stats.registerThread("b")));
        journal.do("add other", () => metrics!.other.add(100));
        journal.do("add other", () => metrics!.other.add(100));
      };
    },
  ],
  check: (stats, run) => {
    onlyErrors(run, /^StaleThreadError/);
    const [one, other] = totalsOf(stats);
    const adds = named(run, "add other");
    const least = 100 * succeeded(adds).length;
    const most = 100 * adds.length;
    must(other >= least && other <= most && other % 100 === 0, `the total of other is ${other}`);
    const [add] = named(run, "add one");
    must(one === 0 || one === 1, `the total of one is ${one}`);
    const revoked = named(run, "revoke")[0]?.begin ?? Infinity;
    must(one === 1 || !(add?.end < revoked), "an update before the revocation is lost");
  },
});

export const firstUseHistories = [seen, again, fenced];
