/**
 * Records: commits against reads.
 *
 * @module
 */
import { defineSchema, record, sum, type Thread, ThreadStats } from "../../../mod.ts";
import { MANY_SHIFT } from "../../../src/memory/segments.ts";
import { columnOf } from "../../../src/metrics/metric.ts";
import { RecordAccumulator } from "../../../src/metrics/record/record_accumulator.ts";
import { makeKernel } from "../../../src/metrics/record/record_kernel.ts";
import { layoutOf } from "../../../src/metrics/record/record_layout.ts";
import { CellSegments } from "../../../src/threads/cell_segments.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";
import {
  byWebAssembly,
  defineHistory,
  type Journal,
  must,
  named,
  onlyErrors,
  type Run,
} from "../history.ts";
import { arenaOf, MOST_BYTES, type Seated, seatOf, succeeded, unfinished } from "./support.ts";

const schema = defineSchema({ flow: record({ a: sum(), n: sum("u64"), b: sum() }) });
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;
/** The fields, the integer as a number: they are equal in every commit. */
type Fields = readonly [a: number, n: number, b: number];

const ID = 0;
const THREADS = 4;

function prepare(): { sent: Seated; kept: Stats } {
  const stats = ThreadStats.create(schema, { maxThreads: THREADS, maxByteLength: MOST_BYTES });
  stats.metrics.flow.create();
  const { handle: { seat } } = stats.reserveThread("writer");
  return { sent: { handle: stats.handle, seat: seat! }, kept: stats };
}

function update({ metrics }: Own): void {
  metrics.flow.update(ID, { a: 1, n: 1, b: 1 });
}

function burst({ metrics }: Own): void {
  const open = metrics.flow.begin(ID);
  open.a += 1;
  open.n += 1n;
  open.b += 1;
  open.commit();
}

/** A thread that has committed once, and commits `commits` times more. */
function writer(commits: number) {
  return ({ handle, seat }: Seated, journal: Journal) => {
    const thread = ThreadStats.attach(schema, { ...handle, seat }).registerThread();
    update(thread);
    return () => {
      for (let n = 0; n < commits; n++) {
        journal.do("commit", () => n % 2 === 0 ? update(thread) : burst(thread));
      }
    };
  };
}

function fieldsOf({ a, n, b }: { a: number; n: bigint; b: number }): Fields {
  return [a, Number(n), b];
}

function reader({ handle }: Seated, journal: Journal) {
  const { flow } = ThreadStats.attach(schema, handle).metrics;
  flow.read(ID);
  return () => {
    journal.do("read", () => fieldsOf(flow.read(ID)));
    journal.do("read", () => fieldsOf(flow.read(ID)));
  };
}

/** Asks the writer for help at once, without trying alone first. */
function helpedReader({ handle }: Seated, journal: Journal) {
  const arena = arenaOf(handle);
  const slots = new SlotDirectory(arena, THREADS, 0);
  const cells = new CellSegments(arena, slots);
  const layout = layoutOf(schema.metrics.flow.fields);
  const kernel = makeKernel(layout);
  const found = new RecordAccumulator({ arena, cells }, {
    column: columnOf(0),
    shift: MANY_SHIFT,
    layout,
    kernel,
    tries: 0,
  });
  return () => {
    for (let n = 0; n < 2; n++) {
      journal.do("read", () => {
        found.reset();
        for (let slot = 0; slot < slots.used; slot++) found.merge(slot, 0, ID, 1);
        return fieldsOf(found.value() as { a: number; n: bigint; b: number });
      });
    }
  };
}

/**
 * The most accesses of a read, whatever the writer does or does not do: one attempt takes less than
 * ten.
 */
const MOST_ACCESSES = 60;

/** Reads are whole, never fall, have what had been committed, and end soon. */
function checkReads(stats: Stats, run: Run): number {
  onlyErrors(run, /^$/);
  for (const { steps } of named(run, "read")) {
    must(steps <= MOST_ACCESSES, `a read took ${steps} accesses`);
  }
  const commits = named(run, "commit");
  const last = {
    thread: -1,
    begin: Infinity,
    end: Infinity,
    value: fieldsOf(stats.metrics.flow.read(ID)),
  };
  const seen = new Map<number, number>();
  for (const { thread, begin, end, value } of [...succeeded(named(run, "read")), last]) {
    const [a, n, b] = value as Fields;
    must(a === n && n === b, `a read mixes two commits: ${a}, ${n}, ${b}`);
    const least = 1 + commits.filter((commit) => commit.end < begin).length;
    const most = 1 + commits.filter((commit) => commit.begin < end).length;
    must(a >= least && a <= most, `a read gave ${a}: ${least} had been committed, ${most} begun`);
    must(a >= (seen.get(thread) ?? 0), `a reader saw ${seen.get(thread)}, then ${a}`);
    seen.set(thread, a);
  }
  return last.value[0];
}

/** Whoever has the slot next goes on from what was committed. */
function checkSuccessor(stats: Stats, { handle, seat }: Seated, run: Run, total: number): void {
  const open = unfinished(named(run, "commit")).length;
  const done = 1 + succeeded(named(run, "commit")).length;
  must(total >= done && total <= done + open, `the total is ${total} after ${done} commits`);
  seatOf(handle, seat, THREADS).revoke({ stopped: true });
  const thread = stats.registerThread("writer");
  must(thread.slot === seat.slot, `the next thread got slot ${thread.slot}`);
  for (let n = 1; n <= 3; n++) {
    update(thread);
    const [a, i, b] = fieldsOf(stats.metrics.flow.read(ID));
    must(a === total + n && i === a && b === a, `the successor of ${total} made ${a}, ${i}, ${b}`);
  }
}

interface Kept {
  readonly stats: Stats;
  readonly sent: Seated;
}

function prepareKept(): { sent: Seated; kept: Kept } {
  const { sent, kept: stats } = prepare();
  return { sent, kept: { stats, sent } };
}

const commits = defineHistory<Seated, Kept>({
  name: "records",
  about: "A thread commits three times while another one reads twice",
  preemptions: 2,
  kills: true,
  prepare: prepareKept,
  threads: [writer(3), reader],
  check: ({ stats, sent }, run) => checkSuccessor(stats, sent, run, checkReads(stats, run)),
});

const helped = defineHistory<Seated, Kept>({
  name: "records-help",
  about: "A reader asks a thread that commits three times for help",
  preemptions: 2,
  kills: true,
  prepare: prepareKept,
  threads: [writer(3), helpedReader],
  check: ({ stats, sent }, run) => checkSuccessor(stats, sent, run, checkReads(stats, run)),
});

const crowd = defineHistory<Seated, Kept>({
  name: "records-help-two",
  about: "Two readers ask a thread that commits three times for help",
  preemptions: 1,
  kills: true,
  prepare: prepareKept,
  threads: [writer(3), helpedReader, helpedReader],
  check: ({ stats, sent }, run) => checkSuccessor(stats, sent, run, checkReads(stats, run)),
});

const bounded = defineHistory<Seated, Kept>({
  name: "records-bounded",
  about: "A reader ends though a thread commits in each of its tries",
  preemptions: 0,
  kills: false,
  prepare: prepareKept,
  rhythms: [3, 4, 5, 6].flatMap((read) =>
    [16, 24].map((write) => [{ thread: 1, steps: read }, { thread: 0, steps: write }])
  ),
  threads: [writer(100), helpedReader],
  check: ({ stats }, run) => {
    checkReads(stats, run);
  },
});

export const recordHistories = [
  commits,
  helped,
  crowd,
  bounded,
  byWebAssembly(commits),
  byWebAssembly(helped),
];
