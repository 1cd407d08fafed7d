/**
 * The shapes of accesses on which the protocols rely, each as bare code of a writer and a reader, to
 * be run on a real processor: what `docs/memory_model.md` derives, seen to hold.
 *
 * @module
 */

/** Words of one slot. */
const WORDS = 8;
/** The version's index in the 32-bit view, and where the slots begin in the 64-bit view. */
const VERSION = 0;
const SLOTS = 16;
const BYTES = 4096;

/** One memory, as a thread sees it. */
export interface Views {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
}

/** Views of a shape's memory. */
export function viewsOf(buffer: SharedArrayBuffer): Views {
  return { words: new Int32Array(buffer), doubles: new Float64Array(buffer) };
}

/** A memory for a shape. */
export function makeBuffer(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES);
}

/** What two threads do, and what must never be seen. */
export interface Shape {
  readonly about: string;
  /** Whether the protocols rely on it: then one forbidden outcome is a failure. */
  readonly isSound: boolean;
  /** One step of the writer, the `n`th. */
  write(views: Views, n: number): void;
  /** One try of the reader: whether it took something, and whether that is torn. */
  read(views: Views): "nothing" | "whole" | "torn";
}

function fill({ doubles }: Views, slot: number, value: number): void {
  for (let word = 0; word < WORDS; word++) doubles[SLOTS + slot * SLOTS + word] = value;
}

function isTorn({ doubles }: Views, slot: number): boolean {
  const first = doubles[SLOTS + slot * SLOTS];
  let torn = false;
  for (let word = 1; word < WORDS; word++) torn ||= doubles[SLOTS + slot * SLOTS + word] !== first;
  return torn;
}

/** Two slots: the writer fills the idle one, and publishes it. */
function record(
  about: string,
  isSound: boolean,
  publish: (words: Int32Array, n: number) => void,
  confirm: (words: Int32Array) => number,
): Shape {
  return {
    about,
    isSound,
    write(views, n) {
      fill(views, n & 1, n);
      publish(views.words, n);
    },
    read(views) {
      const version = Atomics.load(views.words, VERSION);
      const torn = isTorn(views, version & 1);
      if (confirm(views.words) !== version) return "nothing";
      return torn ? "torn" : "whole";
    },
  };
}

/** Publishes by a read-modify-write: the `n`th version is `n`. */
const add = (words: Int32Array) => void Atomics.add(words, VERSION, 1);
const store = (words: Int32Array, n: number) => void Atomics.store(words, VERSION, n);
const confirmByAdd = (words: Int32Array) => Atomics.add(words, VERSION, 0);
const confirmByLoad = (words: Int32Array) => Atomics.load(words, VERSION);

/** All shapes, by their names. */
export const shapes: Readonly<Record<string, Shape>> = {
  record: record("publish by add, confirm by add: records", true, add, confirmByAdd),
  confirmedByLoad: record("publish by add, confirm by load", false, add, confirmByLoad),
  publishedByStore: record("publish by store, confirm by add", false, store, confirmByAdd),
  double: {
    about: "an aligned plain 64-bit store does not tear: counters",
    isSound: true,
    // Both halves of such a number differ from those of its neighbour.
    write: ({ doubles }, n) => void (doubles[SLOTS] = n & 1 ? 1 / 3 : -2 / 7e99),
    read({ doubles }) {
      const value = doubles[SLOTS];
      if (value === 0) return "nothing";
      return value === 1 / 3 || value === -2 / 7e99 ? "whole" : "torn";
    },
  },
};
