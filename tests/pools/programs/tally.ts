/**
 * What the threads of a program note down beside the library, in memory that they inherit, so that no kill loses it: how many threads began to join,
 * how many lives began, how many updates were made, and which mechanism noticed how many ends.
 *
 * @module
 */
import { getEnvironmentData, setEnvironmentData } from "node:worker_threads";
import { SlotReclaimer } from "../../../src/ends/slot_reclaimer.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";

const KEY = "the tally of tests/pools";
const places = ["joining", "lives", "updates", "ownExit", "creatorEvent", "lock"] as const;

/** What is noted. */
export type Place = typeof places[number];

const inherited = getEnvironmentData(KEY) as unknown as SharedArrayBuffer | undefined;
const memory = inherited ?? new SharedArrayBuffer(8 * places.length);
// A worker that is busy until it is killed counts some 10 million a second.
const notes = new BigInt64Array(memory);
// deno-lint-ignore no-explicit-any -- the types do not know that any value can be left that can be cloned
if (inherited === undefined) setEnvironmentData(KEY, memory as any);

/** Notes one more. */
export function note(place: Place): void {
  Atomics.add(notes, places.indexOf(place), 1n);
}

/** All that was noted. */
export function readTally(): Record<Place, number> {
  const read = places.map((place, n) => [place, Number(Atomics.load(notes, n))]);
  return Object.fromEntries(read) as Record<Place, number>;
}

/** Has this thread note whose sign gave a slot back. Before it joins. */
export function noteEnds(): void {
  let isEvent = false;
  const { threadEnded } = SlotReclaimer.prototype;
  SlotReclaimer.prototype.threadEnded = function (...signs) {
    isEvent = true;
    threadEnded.apply(this, signs);
    isEvent = false;
  };
  const { revoke, retire } = SlotDirectory.prototype;
  SlotDirectory.prototype.revoke = function (...tenure) {
    const isFirst = revoke.apply(this, tenure);
    if (isFirst) note(isEvent ? "creatorEvent" : "lock");
    return isFirst;
  };
  SlotDirectory.prototype.retire = function (tenure) {
    const isFirst = retire.call(this, tenure);
    if (isFirst) note("ownExit");
    return isFirst;
  };
}
