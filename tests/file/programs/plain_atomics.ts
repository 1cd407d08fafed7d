/**
 * One of two processes that change words of a file at once, by loops over a plain buffer that get
 * compiled: `plain_atomics.ts PATH COUNT WHO`, with 0 and 1 for WHO. Prints in how many rounds it
 * saw neither's store, which sequential consistency rules out.
 *
 * @module
 */
import process from "node:process";
import { loadSystem } from "../../../src/file/system.ts";
import { ADDED, ADDED_64, BOTH, EXCHANGED, ROUNDS } from "./plain_words.ts";

const [path, count, who] = process.argv.slice(2);
const system = await loadSystem("try a plain buffer");
const buffer = system.map(65536, system.open(path), 0)!;
const i32 = new Int32Array(buffer);
const u64 = new BigUint64Array(buffer);
const f64 = new Float64Array(buffer);

/** Words of lines of their own. */
const [MEETING, OWN, SEEN] = [1024, 2048, 4096];
let meetings = 0;

/** Waits for the other process. */
function meet(): void {
  meetings++;
  Atomics.add(i32, MEETING, 1);
  while (Atomics.load(i32, MEETING) < 2 * meetings);
}

function add(times: number): void {
  for (let n = 0; n < times; n++) Atomics.add(i32, ADDED, 1);
}

function add64(times: number): void {
  for (let n = 0; n < times; n++) Atomics.add(u64, ADDED_64, 1n);
}

function exchange(times: number): void {
  for (let n = 0; n < times; n++) {
    for (let is = Atomics.load(i32, EXCHANGED);;) {
      const was = Atomics.compareExchange(i32, EXCHANGED, is, is + 1);
      if (was === is) break;
      is = was;
    }
  }
}

/** Each stores, then loads what the other stores: one of the two must see it. */
function storeThenLoad(rounds: number, me: number): number {
  let unseen = 0;
  for (let round = 1; round <= rounds; round++) {
    meet();
    Atomics.store(i32, OWN + 64 * me, round);
    const other = Atomics.load(i32, OWN + 64 * (1 - me));
    // Plain, and published by the meeting, as the values of records are.
    f64[SEEN + 64 * me] = other < round ? 0 : 1;
    meet();
    if (f64[SEEN] + f64[SEEN + 64] === 0) unseen++;
  }
  return unseen;
}

meet();
add(Number(count));
add64(Number(count) / 4);
exchange(Number(count) / 10);
meet();
console.log(storeThenLoad(ROUNDS, Number(who)));
Atomics.add(i32, BOTH, 1);
