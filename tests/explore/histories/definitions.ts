/**
 * Definitions at run time: all threads find the same metrics, one definition of each, and extends
 * as a whole or not at all.
 *
 * @module
 */
import {
  counter,
  type CounterDefinition,
  defineSchema,
  ThreadStats,
  type ThreadStatsOptions,
} from "../../../mod.ts";
import type { Arena } from "../../../src/memory/arena.ts";
import { directoryOffset } from "../../../src/memory/header.ts";
import {
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  LINE,
  LINE_PAIR,
  roundUp,
  THREAD_BLOCK_BYTES,
} from "../../../src/memory/layout.ts";
import {
  defineHistory,
  type Event,
  type Journal,
  must,
  named,
  onlyErrors,
  type Run,
} from "../history.ts";
import {
  arenaOf,
  AT_THE_END,
  bounds,
  freeLines,
  MOST_BYTES,
  mustBeBetween,
  mustDiffer,
  type Sent,
  succeeded,
} from "./support.ts";

const base = defineSchema({ old: counter() });
type Stats = ThreadStats<typeof base.metrics>;
type Counters = Readonly<Record<string, CounterDefinition<never>>>;

const THREADS = 3;

interface Kept {
  readonly stats: Stats;
  /** How many lines were free at first. */
  readonly lines: number;
}

/** Borrows memory, fills it, and gives it back. */
function useMemory(arena: Arena, bytes: number): void {
  const start = arena.borrow(bytes);
  const { i32 } = arena.views(start + bytes);
  for (let n = 0; n < bytes / 4; n++) i32[start / 4 + n] = -1;
  arena.giveBack(start, bytes);
}

/** Memory in which lines came back, enough for all blocks, with old content. */
function prepare(options: ThreadStatsOptions = {}, lines = 80): { sent: Sent; kept: Kept } {
  const stats = ThreadStats.create(base, {
    maxThreads: THREADS,
    maxByteLength: MOST_BYTES,
    ...options,
  });
  useMemory(arenaOf(stats.handle), lines * LINE);
  return { sent: { handle: stats.handle }, kept: { stats, lines: freeLines(stats.handle) } };
}

/** What a thread adds: a bit, so that a total tells who has added. */
const bitOf = ({ thread }: Pick<Event, "thread">) => 1 << thread;

/** Extends by some counters, and adds to each of them. */
function extending(thread: number, counters: Counters) {
  const schema = defineSchema(counters);
  return ({ handle }: Sent, journal: Journal) => {
    const stats = ThreadStats.attach(base, handle);
    const own = stats.registerThread();
    return () => {
      const added: { add(n: number): void }[] = [];
      journal.do("extend", () => {
        const { metrics } = own.extend(stats.extend(schema));
        for (const name of Object.keys(counters)) added.push(metrics[name]);
      });
      for (const [n, name] of Object.keys(counters).slice(0, added.length).entries()) {
        journal.do(`add ${name}`, () => added[n].add(bitOf({ thread })));
      }
    };
  };
}

/** Name, unit and total of a metric that was defined at run time. */
type Row = [name: string, unit: string, total: number];

/** All of them, in the order of their numbers. */
function rowsOf(stats: Stats): Row[] {
  const { old: _, ...rest } = stats.snapshot().metrics as Record<
    string,
    { definition: { unit: string }; series: readonly { value: number }[] }
  >;
  return Object.entries(rest).map((
    [name, { definition, series }],
  ) => [name, definition.unit, series[0].value]);
}

/** Looks at all metrics, and has borrowed and returned memory in between. */
function looking(sent: Sent, journal: Journal) {
  const stats = ThreadStats.attach(base, sent.handle);
  const arena = arenaOf(sent.handle);
  return () => {
    journal.do("look", () => rowsOf(stats));
    journal.do("borrow", () => useMemory(arena, LINE));
    journal.do("look", () => rowsOf(stats));
  };
}

const isIn = (rows: readonly Row[]) => ([name, { unit }]: [string, { unit: string }]) =>
  rows.some((row) => row[0] === name && row[1] === unit);

/** What must hold whatever the threads define. */
function checkDefinitions({ stats }: Kept, run: Run, byThread: readonly Counters[]): void {
  const final = rowsOf(ThreadStats.attach(base, stats.handle));
  const there = JSON.stringify(final);
  const also = JSON.stringify(rowsOf(stats));
  must(there === also, `a thread that attaches finds ${there}, another one ${also}`);
  mustDiffer(final.map(([name]) => name), "a metric is there");
  const looks = succeeded(named(run, "look")) as (Pick<Event, "begin" | "end" | "value">)[];
  for (const look of [...looks, { ...AT_THE_END, value: final }]) {
    const rows = look.value as Row[];
    const what = `${JSON.stringify(rows)} of ${there}`;
    must(rows.every(([name], n) => final[n]?.[0] === name), `numbered otherwise: ${what}`);
    for (const [thread, counters] of byThread.entries()) {
      const mine = Object.entries(counters);
      const others = byThread.filter((other) => other !== counters);
      const alone = mine.filter(([name, { unit }]) =>
        others.every((other) => other[name]?.unit !== unit)
      );
      const extend = named(run, "extend").find((event) => event.thread === thread);
      const count = alone.filter(isIn(rows)).length;
      must(count === 0 || mine.every(isIn(rows)), `half an extend of ${thread}: ${what}`);
      const isOver = extend !== undefined && extend.end < look.begin;
      if (isOver && extend.error !== undefined) must(count === 0, `refused, and there: ${what}`);
      if (isOver && extend.error === undefined) must(mine.every(isIn(rows)), `missing: ${what}`);
    }
    for (const [name, , total] of rows) {
      mustBeBetween(total, bounds(named(run, `add ${name}`), look, bitOf), `the total of ${name}`);
    }
  }
}

/** Unless a thread was killed, all lines came back but those of the blocks in the log. */
function checkLines({ stats: { handle }, lines }: Kept, run: Run): void {
  if (run.killed.length > 0) return;
  const { i32 } = arenaOf(handle).views();
  let expected = lines;
  for (let entry = directoryOffset(THREADS) / 4 + 1; i32[entry] !== 0; entry++) {
    const block = i32[entry] * 2;
    const bytes = i32[block + D_TEXT_OFFSET] + i32[block + D_TEXT_BYTES];
    expected -= Math.ceil((bytes + LINE) / LINE);
  }
  const free = freeLines(handle);
  must(free === expected, `${free} lines are free: ${expected} must be`);
}

function defining(
  name: string,
  { about, byThread, isRivalry = false, options = {}, refusal = /^$/ }: {
    about: string;
    byThread: readonly Counters[];
    /** Whether the threads cannot all succeed. */
    isRivalry?: boolean;
    options?: ThreadStatsOptions;
    refusal?: RegExp;
  },
) {
  return defineHistory<Sent, Kept>({
    name: `definitions-${name}`,
    about,
    preemptions: 1,
    kills: !isRivalry,
    prepare: () => prepare(options),
    threads: [
      ...byThread.map((counters, thread) => extending(thread, counters)),
      looking,
    ],
    check: (kept, run) => {
      onlyErrors(run, refusal);
      checkDefinitions(kept, run, byThread);
      checkLines(kept, run);
      if (!isRivalry) return;
      const won = succeeded(named(run, "extend")).length;
      must(won === 1, `${won} of two definitions that exclude each other`);
    },
  });
}

const plain = counter();

/** Two threads define the same metric, and one block uses all memory that is left. */
const last = defineHistory<Sent, Kept>({
  name: "definitions-last",
  about: "Two threads define the same metric with the last memory",
  preemptions: 2,
  kills: false,
  prepare: () => {
    const made = prepare({}, 12);
    const arena = arenaOf(made.sent.handle);
    // What remains is for the two threads' blocks.
    const used = roundUp(arena.bytesUsed, LINE_PAIR) + 2 * THREAD_BLOCK_BYTES;
    arena.allocate(MOST_BYTES - used);
    return made;
  },
  threads: [extending(0, { a: plain }), extending(1, { a: plain })],
  check: (kept, run) => {
    onlyErrors(run, /^RangeError: Cannot extend the statistics: it must allocate/);
    checkDefinitions(kept, run, [{ a: plain }, { a: plain }]);
    checkLines(kept, run);
    const attempts = named(run, "extend");
    const first = Math.min(...succeeded(attempts).map(({ end }) => end));
    const late = attempts.filter(({ end, error }) => error !== undefined && end > first);
    must(late.length === 0, "a thread was refused although the metric was there");
  },
});

export const definitionHistories = [
  last,
  defining("same", {
    about: "Two threads define the same metric, a third one reads",
    byThread: [{ a: plain }, { a: plain }],
  }),
  defining("different", {
    about: "Two threads define metrics of which one is the same, a third one reads",
    byThread: [{ a: plain, b: plain }, { b: plain }],
  }),
  defining("conflict", {
    about: "Two threads define one name in two ways",
    byThread: [{ a: plain, b: plain }, { a: counter({ unit: "s" }) }],
    isRivalry: true,
    refusal: /^TypeError: .* the definition that the memory has/,
  }),
  defining("collision", {
    about: "Two threads define two names that are one name for exporters",
    byThread: [{ aB: plain }, { a_b: plain }],
    isRivalry: true,
    refusal: /^TypeError: .* must not be that of/,
  }),
  defining("full", {
    about: "Two threads define metrics, and there is room for those of one",
    byThread: [{ a: plain, b: plain }, { c: plain }],
    isRivalry: true,
    options: { maxMetrics: 3 },
    refusal: /^RangeError: .* at most 3 metrics/,
  }),
];
