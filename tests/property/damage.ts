/**
 * Damaged memory: changes of the bytes behind a handle, and a reader of everything in them.
 *
 * @module
 */
import { ThreadStats, type ThreadStatsHandle } from "../../mod.ts";
import {
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  DEFINITION_HEADER_BYTES,
  H_BUMP,
  LINE,
} from "../../src/memory/layout.ts";
import { firstDefinition } from "../support/memory.ts";
import { type Arbitrary, fc } from "./fast_check.ts";
import { refusedOr } from "./refusal.ts";
import { schema, type Stats } from "./schema.ts";

/**
 * One change of the bytes. A place is a fraction of the used memory, from 0 to 1, so that it is
 * valid in every image.
 */
export type Damage =
  | { damage: "flip"; word: number; bit: number }
  | { damage: "word"; word: number; value: number }
  | { damage: "long"; word: number; high: number; low: number }
  | { damage: "noise"; word: number; words: number; seed: number }
  | { damage: "zero"; word: number; words: number }
  | { damage: "copy"; word: number; from: number; words: number };

const STATES: readonly string[] = ["active", "reserved", "retired", "revoked"];
const KEYS: readonly string[] = ["a", "b", "c", "d", "e"];

/**
 * Makes the statistics that are damaged: something in every metric, and threads and buckets that
 * have come and gone.
 */
export function makeVictim(): Stats {
  const stats = ThreadStats.create(schema, {
    maxThreads: 4,
    maxByteLength: 2 ** 22,
  });
  const seats = [stats.reserveThread("seat"), stats.reserveThread("revoked")];
  const threads = seats.map(({ handle }) => ThreadStats.attach(schema, handle).registerThread());
  threads.push(stats.registerThread("main"));
  const cells = Array.from({ length: 70 }, () => stats.metrics.cell.create());
  for (const { metrics } of threads) {
    metrics.hits.add(3, { exemplar: { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" } });
    metrics.jobs.set(2);
    metrics.latency.record(20, { count: 5, exemplar: { trace_id: "x", span_id: "y" } });
    for (const key of KEYS) {
      metrics.requests.labels({ method: key, status: "y" }).add();
      metrics.newest.labels({ name: key }).set(1);
      metrics.took.labels({ route: key }).record(3, { exemplar: { key } });
      metrics.flow.labels({ source: key }).update({ packets: 1 });
    }
    for (const id of cells) {
      metrics.cell.update(id, { bytes: 2n, packets: 1, first: 3, last: 4, flags: 5 });
    }
  }
  stats.metrics.cell.destroy(cells[1]);
  stats.metrics.cell.clear(cells[2]);
  stats.metrics.flow.destroy({ source: "a" });
  stats.metrics.flow.create();
  seats[1].revoke();
  threads[2].unregister();
  return stats;
}

/** The memory behind a handle. */
export function memoryOf(handle: ThreadStatsHandle): SharedArrayBuffer {
  // The longest buffer: that of the handle is as long as the memory was at first.
  return (handle.memory?.buffer ?? handle.buffer) as SharedArrayBuffer;
}

/** The bytes in use behind a handle. */
export function imageOf(handle: ThreadStatsHandle): Uint32Array {
  const words = new Uint32Array(memoryOf(handle));
  return words.slice(0, words[H_BUMP] * LINE / 4);
}

/** The damage of one test run. */
export interface Damages {
  /** The changes, one after the other. */
  readonly changes: readonly Damage[];
  /**
   * Whether the bytes that `attach` checks are restored afterwards, so that a reader can attach and
   * read the rest.
   */
  readonly attachable: boolean;
}

/** Restores the bytes, and damages them. */
export function damage(
  handle: ThreadStatsHandle,
  image: Uint32Array,
  { changes, attachable }: Damages,
): void {
  const words = new Uint32Array(memoryOf(handle));
  words.fill(0, image.length);
  words.set(image);
  for (const change of changes) apply(words.subarray(0, image.length), change);
  if (!attachable) return;
  words.set(image.subarray(0, H_BUMP + 1));
  const directory = firstDefinition(handle);
  const block = image[directory] * 2;
  const text = block + image[block + D_TEXT_OFFSET] / 4;
  for (
    const [from, to] of [
      [directory, directory + 2],
      [block, block + DEFINITION_HEADER_BYTES / 4],
      [text, text + Math.ceil(image[block + D_TEXT_BYTES] / 4)],
    ]
  ) words.set(image.subarray(from, to), from);
}

function apply(words: Uint32Array, change: Damage): void {
  const at = (part: number) => Math.min(words.length - 1, Math.floor(part * words.length));
  const word = at(change.word);
  switch (change.damage) {
    case "flip":
      words[word] ^= 1 << change.bit;
      return;
    case "word":
      words[word] = change.value;
      return;
    case "long":
      words[word & ~1] = change.low;
      words[word | 1] = change.high;
      return;
    case "noise": {
      let state = change.seed;
      for (let n = word; n < Math.min(words.length, word + change.words); n++) {
        state = Math.imul(state, 1664525) + 1013904223;
        words[n] = state ^ (state >>> 15);
      }
      return;
    }
    case "zero":
      words.fill(0, word, word + change.words);
      return;
    case "copy":
      words.copyWithin(word, at(change.from), at(change.from) + change.words);
  }
}

/** Header, slots and directories are as likely as the logs, and these as likely as all the rest. */
const part = fc.double({ min: 0, max: 1, noNaN: true });
const place = fc.oneof(
  part,
  part.map((part) => part * 0.03),
  part.map((part) => part * 0.35),
);
const value = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0x7ffffffc),
  fc.nat(64),
  fc.nat(40_000),
  fc.nat(0xffffffff),
);

/** A change of the bytes. */
const anyDamage: Arbitrary<Damage> = fc.oneof(
  fc.record({
    damage: fc.constant("flip" as const),
    word: place,
    bit: fc.nat(31),
  }),
  fc.record({ damage: fc.constant("word" as const), word: place, value }),
  fc.record({
    damage: fc.constant("long" as const),
    word: place,
    high: value,
    low: value,
  }),
  fc.record({
    damage: fc.constant("noise" as const),
    word: place,
    words: fc.nat(200),
    seed: fc.integer(),
  }),
  fc.record({
    damage: fc.constant("zero" as const),
    word: place,
    words: fc.nat(200),
  }),
  fc.record({
    damage: fc.constant("copy" as const),
    word: place,
    from: place,
    words: fc.nat(200),
  }),
);

/** Some changes. */
export const anyDamages: Arbitrary<Damages> = fc.record({
  changes: fc.array(anyDamage, { minLength: 1, maxLength: 4 }),
  attachable: fc.oneof(
    { weight: 4, arbitrary: fc.constant(true) },
    fc.constant(false),
  ),
});

/** Reads everything behind a handle, and returns how many reads were not refused. */
export function lookAround(handle: ThreadStatsHandle): number {
  let looks = 0;
  const look = (what: () => unknown) => {
    if (refusedOr(what) !== undefined) looks++;
  };
  const view = refusedOr(() => ThreadStats.inspect(handle));
  if (view !== undefined) {
    look(() => {
      for (const { slot, name, state } of view.threads()) {
        if (!STATES.includes(state)) {
          throw new Error(`Slot ${slot} of ${name} is ${state}`);
        }
      }
      return true;
    });
    look(() => view.snapshot({ perThread: true }));
  }
  const stats = refusedOr(() => ThreadStats.attach(schema, handle));
  if (stats === undefined) return looks;
  const { hits, jobs, latency, requests, newest, took, cell, flow } = stats.metrics;
  for (const reader of [hits, jobs, latency]) {
    look(() => reader.read());
    look(() => reader.perThread());
    look(() => (reader as typeof hits).aggregate(0, (sum) => sum + 1));
  }
  for (const key of [...KEYS, "nobody"]) {
    look(() => requests.read({ method: key, status: "y" }));
    look(() => requests.perThread({ method: key, status: "y" }));
    look(() => newest.read({ name: key }));
    look(() => newest.perThread({ name: key }));
    look(() => took.read({ route: key }));
    look(() => took.perThread({ route: key }));
    look(() => flow.read({ source: key }));
  }
  for (const reader of [requests, newest, took, flow, cell]) lookAtBuckets(reader, look);
  look(() => {
    const { quantile, bins, count } = latency.read();
    return [quantile.call(latency.read(), 0.5), bins, count];
  });
  look(() => stats.threads());
  look(() => {
    const before = stats.snapshot();
    return stats.snapshot({ perThread: true }).since(before);
  });
  return looks;
}

/** The methods of a reader of many buckets that need no labels. */
interface BucketLooks {
  ids(): number[];
  series(): unknown[];
  read(id: number): unknown;
  perThread(id: number): unknown;
}

function lookAtBuckets(
  reader: BucketLooks,
  look: (what: () => unknown) => void,
): void {
  look(() => reader.series());
  const ids = refusedOr(() => reader.ids()) ?? [];
  for (
    const id of [
      ...ids.slice(0, 100),
      ...ids.slice(-10),
      0,
      63,
      64,
      200,
      2 ** 29,
    ]
  ) {
    look(() => reader.read(id));
    look(() => reader.perThread(id));
  }
}
