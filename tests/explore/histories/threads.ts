/**
 * Threads: registering, leaving, and being fenced.
 *
 * @module
 */
import { counter, defineSchema, record, sum, type Thread, ThreadStats } from "../../../mod.ts";
import { byWebAssembly, defineHistory, type Journal, must, named, onlyErrors } from "../history.ts";
import { MOST_BYTES, type Seated, seatOf, type Sent, succeeded, unfinished } from "./support.ts";

const schema = defineSchema({ hits: counter(), flow: record({ a: sum(), b: sum() }) });
type Stats = ThreadStats<typeof schema.metrics>;
type Own = Thread<typeof schema.metrics>;

const THREADS = 3;

function create(quarantineSeconds: number): Stats {
  return ThreadStats.create(schema, {
    maxThreads: THREADS,
    maxByteLength: MOST_BYTES,
    quarantineSeconds,
  });
}

function prepare(): { sent: Sent; kept: Stats } {
  const stats = create(0);
  return { sent: { handle: stats.handle }, kept: stats };
}

/** Registers, adds, and leaves, `lives` times. */
function comeAndGo(name: string, lives: number, amount: number) {
  return (sent: Sent, journal: Journal) => {
    const stats = ThreadStats.attach(schema, sent.handle);
    return () => {
      for (let n = 0; n < lives; n++) {
        let thread: Own | undefined;
        journal.do("register", () => {
          thread = stats.registerThread(name);
          return thread.slot;
        });
        journal.do("add", () => (thread!.metrics.hits.add(amount), amount));
        journal.do("leave", () => thread!.unregister());
      }
    };
  };
}

const churn = defineHistory<Sent, Stats>({
  name: "threads",
  about: "Two threads register, add, and leave, one of them twice",
  preemptions: 2,
  kills: true,
  prepare,
  threads: [comeAndGo("a", 1, 1), comeAndGo("b", 2, 100)],
  check: (stats, run) => {
    onlyErrors(run, /^$/);
    // Tenures of one slot do not overlap.
    const registered = named(run, "register");
    const left = named(run, "leave");
    const tenures = succeeded(registered).map(({ thread, end, value }) => ({
      thread,
      slot: value as number,
      begin: end,
      end: left.find((leave) => leave.thread === thread && leave.begin > end)?.begin ?? Infinity,
    }));
    for (const one of tenures) {
      for (const other of tenures) {
        if (one.thread >= other.thread || one.slot !== other.slot) continue;
        must(
          one.end < other.begin || other.end < one.begin,
          `slot ${one.slot} has two owners at a time`,
        );
      }
    }
    const adds = named(run, "add");
    const sumOf = (events: typeof adds, amount = (n: number) => n === 0 ? 1 : 100) =>
      events.reduce((total, { thread }) => total + amount(thread), 0);
    const total = stats.metrics.hits.read();
    const least = sumOf(succeeded(adds));
    const most = least + sumOf(unfinished(adds));
    must(total === least || total === most, `the total is ${total}, not ${least} or ${most}`);
    const infos = stats.threads();
    for (const { slot, name } of infos) {
      const isWhole = name === "a" || name === "b";
      must(isWhole || run.killed.length > 0, `the thread in slot ${slot} is called "${name}"`);
    }
    // Each killed thread costs its slot at most: the others can be had.
    for (let n = run.killed.length; n < THREADS; n++) stats.registerThread();
  },
});

const look = defineHistory<Sent, Stats>({
  name: "threads-read",
  about: "A thread reads totals and names while another one changes its slot's owner and name",
  preemptions: 2,
  kills: false,
  prepare: () => {
    const stats = create(0);
    // A longer name stands in the slot.
    const thread = stats.registerThread("longer");
    thread.metrics.hits.add(1000);
    thread.unregister();
    return { sent: { handle: stats.handle }, kept: stats };
  },
  threads: [
    comeAndGo("a", 1, 1),
    (sent, journal) => {
      const stats = ThreadStats.attach(schema, sent.handle);
      return () => {
        for (let n = 0; n < 2; n++) {
          journal.do("threads", () => stats.threads().map(({ name }) => name));
          journal.do("read", () => stats.metrics.hits.read());
        }
      };
    },
  ],
  check: (stats, run) => {
    onlyErrors(run, /^$/);
    for (const { value } of named(run, "threads")) {
      for (const name of value as string[]) {
        must(["a", "longer", ""].includes(name), `a thread is called "${name}"`);
      }
    }
    const [one, other] = named(run, "read").map(({ value }) => value as number);
    must([one, other].every((value) => value === 1000 || value === 1001), `read ${one}, ${other}`);
    must(one <= other, `the total fell from ${one} to ${other}`);
    must(stats.metrics.hits.read() === 1001, `the total is ${stats.metrics.hits.read()}`);
  },
});

/** Adds to and reads one of the metrics. */
interface Target {
  add(thread: Own, amount: number): void;
  read(stats: Stats): number;
}

const hits: Target = {
  add: ({ metrics }, amount) => metrics.hits.add(amount),
  read: ({ metrics }) => metrics.hits.read(),
};

const flow: Target = {
  add: ({ metrics }, amount) => metrics.flow.update(0, { a: amount, b: amount }),
  read: ({ metrics }) => {
    const { a, b } = metrics.flow.read(0);
    must(a === b, `a read mixes two commits: ${a} and ${b}`);
    return a;
  },
};

/** A thread takes its seat and adds twice; another one revokes the seat, registers, and adds. */
function revoking(
  name: string,
  { quarantine, target, preemptions }: { quarantine: number; target: Target; preemptions: number },
) {
  return defineHistory<Seated, Stats>({
    name,
    about: quarantine === 0
      ? "A fenced thread goes on while its slot has a new owner"
      : "A fenced thread goes on while its slot is in quarantine",
    preemptions,
    kills: true,
    prepare: () => {
      const stats = create(quarantine);
      stats.metrics.flow.create();
      const { handle } = stats.reserveThread("a");
      return { sent: { handle: stats.handle, seat: handle.seat! }, kept: stats };
    },
    threads: [
      ({ handle, seat }, journal) => {
        const stats = ThreadStats.attach(schema, { ...handle, seat });
        return () => {
          let thread: Own | undefined;
          journal.do("sit", () => void (thread = stats.registerThread()));
          if (thread === undefined) return;
          for (let n = 0; n < 2; n++) journal.do("add", () => target.add(thread!, 1));
        };
      },
      ({ handle, seat }, journal) => {
        const stats = ThreadStats.attach(schema, handle);
        const revocable = seatOf(handle, seat, THREADS);
        return () => {
          let thread: Own | undefined;
          journal.do("revoke", () => revocable.revoke());
          journal.do("register", () => (thread = stats.registerThread("b")).slot);
          journal.do("add", () => target.add(thread!, 100));
        };
      },
    ],
    check: (stats, run) => {
      onlyErrors(run, /^StaleThreadError/);
      const [revoke] = named(run, "revoke");
      const fenced = revoke?.end ?? Infinity;
      for (const { thread, name, begin, error } of run.events) {
        if (thread !== 0 || begin < fenced) continue;
        const isSeen = error !== undefined || run.killed.includes(0);
        must(isSeen, `${name} of a revoked thread was not refused`);
      }
      const adds = named(run, "add");
      const sumOf = (events: typeof adds) =>
        events.reduce((total, { thread }) => total + (thread === 0 ? 1 : 100), 0);
      const total = target.read(stats);
      const least = sumOf(succeeded(adds));
      const most = least + sumOf(unfinished(adds));
      const slot = succeeded(named(run, "register"))[0]?.value;
      if (quarantine > 0) {
        const wasTaken = succeeded(named(run, "sit")).length > 0;
        must(!wasTaken || slot !== 0, "the slot was taken in its quarantine");
      }
      // An update between its check and its store may fall upon the next owner: that is what the
      // quarantine excludes.
      const isLate = adds.some(({ thread, begin, end }) =>
        thread === 0 && begin < fenced && end > (revoke?.begin ?? Infinity)
      );
      if (quarantine === 0 && isLate) return;
      must(total === least || total === most, `the total is ${total}, not ${least} or ${most}`);
    },
  });
}

/** A thread takes its seat and changes a burst; another one revokes the seat and gets the slot. */
const burst = defineHistory<Seated, Stats>({
  name: "revoke-burst",
  about: "A fenced thread goes on with a burst while its slot has a new owner",
  preemptions: 2,
  kills: false,
  prepare: () => {
    const stats = create(0);
    stats.metrics.flow.create();
    const { handle } = stats.reserveThread("a");
    return { sent: { handle: stats.handle, seat: handle.seat! }, kept: stats };
  },
  threads: [
    ({ handle, seat }, journal) => {
      const { metrics: { flow } } = ThreadStats.attach(schema, { ...handle, seat })
        .registerThread();
      return () => {
        const open = journal.do("open", () => flow.begin(0));
        if (open === undefined) return;
        journal.do("merge", () => open.merge({ a: 1, b: 1 }));
        journal.do("set", () => void (open.b += 1, open.a += 1));
        journal.do("commit", () => open.commit());
      };
    },
    ({ handle, seat }, journal) => {
      const stats = ThreadStats.attach(schema, handle);
      const revocable = seatOf(handle, seat, THREADS);
      return () => {
        let thread: Own | undefined;
        journal.do("revoke", () => revocable.revoke());
        journal.do("register", () => (thread = stats.registerThread("b")).slot);
        journal.do("add", () => flow.add(thread!, 100));
      };
    },
  ],
  check: (stats, run) => {
    onlyErrors(run, /^StaleThreadError/);
    const [revoke] = named(run, "revoke");
    // What overlaps the revocation may fall upon the next owner: the quarantine excludes that.
    if (
      run.events.some(({ thread, begin, end }) =>
        thread === 0 && begin < revoke.end && end > revoke.begin
      )
    ) return;
    const total = flow.read(stats);
    const expected = 100 + (succeeded(named(run, "commit")).length > 0 ? 2 : 0);
    must(total === expected, `the total is ${total}, not ${expected}`);
  },
});

export const threadHistories = [
  churn,
  look,
  revoking("revoke", { quarantine: 0, target: hits, preemptions: 2 }),
  revoking("revoke-quarantine", { quarantine: 1000, target: hits, preemptions: 3 }),
  revoking("revoke-record", { quarantine: 1000, target: flow, preemptions: 2 }),
  byWebAssembly(revoking("revoke-record", { quarantine: 1000, target: flow, preemptions: 2 })),
  burst,
];
