/**
 * Exemplars: those that threads give against snapshots, clears and kills. What each update adds is a
 * bit of its own, so a total tells whether it has the update of an exemplar.
 *
 * @module
 */
import { counter, defineSchema, type Thread, ThreadStats } from "../../../mod.ts";
import { defineHistory, type Journal, must, named, onlyErrors, type Run } from "../history.ts";
import { AT_THE_END, MOST_BYTES, type Seated, seatOf, succeeded } from "./support.ts";

const schema = defineSchema({ hits: counter() });
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;

const THREADS = 4;

/** A total, and the value of the exemplar beside it; 0 if there is none. */
type Seen = readonly [total: number, exemplar: number];

interface Kept {
  readonly stats: Stats;
  readonly sent: Seated;
}

function prepare(): { sent: Seated; kept: Kept } {
  const stats = ThreadStats.create(schema, { maxThreads: THREADS, maxByteLength: MOST_BYTES });
  const { handle: { seat } } = stats.reserveThread("writer");
  const sent = { handle: stats.handle, seat: seat! };
  return { sent, kept: { stats, sent } };
}

/** The label of an update: its length differs from update to update. */
function textOf(bit: number): string {
  return `${bit}`.repeat(1 + Math.log2(bit) % 3);
}

function add({ metrics }: Own, bit: number): number {
  metrics.hits.add(bit, { exemplar: { a: textOf(bit) } });
  return bit;
}

/** The thread of the seat, which has given the exemplars `before` and gives `bits`. */
function writer(before: readonly number[], bits: readonly number[]) {
  return ({ handle, seat }: Seated, journal: Journal) => {
    const thread = ThreadStats.attach(schema, { ...handle, seat }).registerThread();
    for (const bit of before) add(thread, bit);
    return () => {
      for (const bit of bits) journal.do("add", () => add(thread, bit));
    };
  };
}

function seen(stats: Stats): Seen {
  const [{ value, exemplars = [] }] = stats.snapshot().metrics.hits.series;
  if (exemplars.length === 0) return [value, 0];
  const [exemplar] = exemplars;
  must(exemplars.length === 1, `a counter has ${exemplars.length} exemplars`);
  must(
    exemplar.labels.a === textOf(exemplar.value) && Object.keys(exemplar.labels).length === 1,
    `an exemplar mixes two: ${JSON.stringify(exemplar)}`,
  );
  return [value, exemplar.value];
}

function reader({ handle }: Seated, journal: Journal) {
  const stats = ThreadStats.attach(schema, handle);
  seen(stats);
  return () => {
    journal.do("read", () => seen(stats));
    journal.do("read", () => seen(stats));
  };
}

/** The most accesses of a read, whatever the writer does or does not do. */
const MOST_ACCESSES = 400;

/** Exemplars are whole, and the total beside each has its update. */
function checkReads(stats: Stats, run: Run): Seen {
  onlyErrors(run, /^$/);
  const last: Seen = seen(stats);
  for (const { value } of [...succeeded(named(run, "read")), { value: last }]) {
    const [total, exemplar] = value as Seen;
    must((total & exemplar) === exemplar, `an exemplar of ${exemplar} beside a total of ${total}`);
  }
  for (const { steps } of named(run, "read")) {
    must(steps <= MOST_ACCESSES, `a read took ${steps} accesses`);
  }
  return last;
}

/** The latest exemplar wins: bits rise in the order of one thread's updates. */
function checkLatest(stats: Stats, run: Run): number {
  const last = checkReads(stats, run);
  const adds = named(run, "add");
  for (
    const { begin, value } of [...succeeded(named(run, "read")), { ...AT_THE_END, value: last }]
  ) {
    const done = adds.filter(({ end }) => end < begin).map(({ value }) => value as number);
    const least = Math.max(0, ...done);
    const [, exemplar] = value as Seen;
    must(exemplar >= least, `an exemplar of ${exemplar} after that of ${least}`);
  }
  return last[1];
}

/** Whoever has the slot next leaves the exemplar as it is, and then replaces it. */
function checkSuccessor({ stats, sent }: Kept, exemplar: number): void {
  seatOf(sent.handle, sent.seat, THREADS).revoke({ stopped: true });
  const thread = stats.registerThread("writer");
  must(thread.slot === sent.seat.slot, `the next thread got slot ${thread.slot}`);
  must(seen(stats)[1] === exemplar, `the next owner has changed the exemplar ${exemplar}`);
  for (const bit of [256, 512, 1024]) {
    add(thread, bit);
    must(seen(stats)[1] === bit, `the next owner's exemplar ${bit} is not shown`);
  }
}

const latest = defineHistory<Seated, Kept>({
  name: "exemplars",
  about: "A thread gives three exemplars while another one takes two snapshots",
  preemptions: 2,
  kills: true,
  prepare,
  threads: [writer([1, 2], [4, 8, 16]), reader],
  check: (kept, run) => checkSuccessor(kept, checkLatest(kept.stats, run)),
});

const first = defineHistory<Seated, Kept>({
  name: "exemplars-first",
  about: "A thread gives its first two exemplars while another one takes two snapshots",
  preemptions: 1,
  kills: true,
  prepare,
  threads: [writer([], [1, 2]), reader],
  check: (kept, run) => checkSuccessor(kept, checkLatest(kept.stats, run)),
});

const cleared = defineHistory<Seated, Kept>({
  name: "exemplars-clear",
  about: "A counter is cleared under two threads that give exemplars, and a snapshot",
  preemptions: 2,
  kills: false,
  prepare,
  threads: [
    writer([1, 2], [4]),
    ({ handle }, journal) => {
      const stats = ThreadStats.attach(schema, handle);
      const thread = stats.registerThread();
      add(thread, 8);
      return () => {
        journal.do("clear", () => stats.metrics.hits.clear());
        journal.do("add", () => add(thread, 16));
      };
    },
    ({ handle }, journal) => {
      const stats = ThreadStats.attach(schema, handle);
      return () => {
        journal.do("read", () => seen(stats));
      };
    },
  ],
  check: ({ stats }, run) => {
    const [, exemplar] = checkReads(stats, run);
    must(exemplar >= 16 || exemplar === 4, `the exemplar ${exemplar} has outlived the clear`);
  },
});

export const exemplarHistories = [latest, first, cleared];
