/**
 * Copies the threads' slots: their states, names and owners.
 *
 * A slot has words that guard others: the generations to which its name and its owner belong, and
 * the tenure of its turns. They are copied before and after the others, and where one has changed,
 * the slot is copied again, a few times. If it changes each time, the readers of the copy find this
 * name, owner or turn as they find one that is being written: there is none.
 *
 * @module
 */
import {
  SLOT_BYTES,
  SLOT_CONTROL,
  SLOT_NAME_GENERATION,
  SLOT_OWNER_GENERATION,
  SLOT_TURN_CONTROL,
  SLOTS_OFFSET,
} from "../memory/layout.ts";
import { type FileCopy, partInto } from "./inspect_copy.ts";

/** How many times a slot is copied again while it changes. */
const TRIES = 8;
const WORDS = SLOT_BYTES / 4;

/** The guards, and what no tenure has in their place. */
const GUARDS = [
  [SLOT_NAME_GENERATION, -1],
  [SLOT_OWNER_GENERATION, -1],
  [SLOT_TURN_CONTROL, 0],
] as const;

/**
 * Copies the first `used` slots. After the cells: readers compare gauges with the control words.
 */
export function copySlots(copy: FileCopy, used: number): void {
  const before = new Int32Array(used * WORDS);
  const after = new Int32Array(used * WORDS);
  copy.pass([partInto(SLOTS_OFFSET, before)]);
  copy.pass([{ start: SLOTS_OFFSET, bytes: used * SLOT_BYTES }]);
  copy.pass([partInto(SLOTS_OFFSET, after)]);
  for (let slot = 0; slot < used; slot++) {
    const first = slot * WORDS;
    const one = before.subarray(first, first + WORDS);
    const other = after.subarray(first, first + WORDS);
    for (let tries = 0; tries < TRIES && !isSame(one, other); tries++) {
      const start = SLOTS_OFFSET + slot * SLOT_BYTES;
      // Not `partInto`, which takes the whole buffer of an array.
      const bytes = SLOT_BYTES;
      copy.again({ start, bytes, target: bytesOf(one) });
      copy.again({ start, bytes });
      copy.again({ start, bytes, target: bytesOf(other) });
    }
    const words = SLOTS_OFFSET / 4 + first;
    copy.i32[words + SLOT_CONTROL] = other[SLOT_CONTROL];
    for (const [guard, none] of GUARDS) {
      copy.i32[words + guard] = one[guard] === other[guard] ? other[guard] : none;
    }
  }
}

function isSame(one: Int32Array, other: Int32Array): boolean {
  return one[SLOT_CONTROL] === other[SLOT_CONTROL] &&
    GUARDS.every(([guard]) => one[guard] === other[guard]);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
