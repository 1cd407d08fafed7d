/**
 * Who has a slot: so that whoever hears of the end of a thread finds the slots that it had.
 *
 * Assumptions: the owner writes this right after it has taken the slot (`slot_directory.ts`).
 *
 * Guarantees: what is read belongs to one tenure, as the note carries its generation, which is stored last and confirmed after reading.
 *
 * Progress: wait-free for the owner; a reader finds nothing while the owner writes. A thread that is killed before the note is
 * complete has a slot that no sign of its death leads to, and that is still entered: it rests by and by (`slot_directory.ts`). Only with a seat, which
 * is active by then, its parent has to revoke it.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import {
  SLOT_ANCESTOR_COUNT,
  SLOT_ANCESTORS,
  SLOT_LIFE_LONG,
  SLOT_OWNER_GENERATION,
  SLOT_OWNER_PROCESS,
  SLOT_OWNER_THREAD,
  SLOT_SINCE_LONG,
} from "../memory/layout.ts";
import { generationOf, type SlotDirectory, type Tenure } from "./slot_directory.ts";

/** A thread, as others know it. */
export interface ThreadIdentity {
  /** The process, 0 when it has no name. */
  readonly process: number;
  /** `threadId` of `node:worker_threads`, 0 when it does not tell the thread from others. */
  readonly thread: number;
  /** `threadId` of the threads that made this one, directly or not, as far as they are known; at most {@linkcode MOST_ANCESTORS}. */
  readonly ancestors: readonly number[];
  /** Names the lock that the thread holds for life; 0 when it holds none. */
  readonly life: bigint;
}

/** How many of the threads above a thread are kept. */
export const MOST_ANCESTORS = 8;

/** Notes who has a slot. Owner thread only. */
export function writeOwner(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  identity: ThreadIdentity,
): void {
  const { i32, f64, u64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  Atomics.store(i32, words + SLOT_OWNER_GENERATION, -1);
  Atomics.store(i32, words + SLOT_OWNER_THREAD, identity.thread);
  Atomics.store(i32, words + SLOT_OWNER_PROCESS, identity.process);
  Atomics.store(u64, words / 2 + SLOT_LIFE_LONG, identity.life);
  // Unordered: the exchange below orders it, and readers confirm the generation.
  f64[words / 2 + SLOT_SINCE_LONG] = Date.now();
  const ancestors = identity.ancestors.slice(-MOST_ANCESTORS);
  Atomics.store(i32, words + SLOT_ANCESTOR_COUNT, ancestors.length);
  for (const [n, ancestor] of ancestors.entries()) {
    Atomics.store(i32, words + SLOT_ANCESTORS + n, ancestor);
  }
  // Last, by a read-modify-write, so that a reader of this generation sees this tenure's owner.
  Atomics.exchange(i32, words + SLOT_OWNER_GENERATION, generationOf(tenure.control));
}

/** Notes the lock that the owner has come to hold for life. Owner thread only. */
export function writeLife(arena: Arena, slots: SlotDirectory, slot: number, life: bigint): void {
  Atomics.store(arena.views().u64, slots.controlIndex(slot) / 2 + SLOT_LIFE_LONG, life);
}

/** Who has a slot in this tenure; `undefined` while that is not known. Any thread. */
export function readOwner(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
): ThreadIdentity | undefined {
  const { i32, u64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  const generation = generationOf(tenure.control);
  if (Atomics.load(i32, words + SLOT_OWNER_GENERATION) !== generation) return undefined;
  const count = Math.min(MOST_ANCESTORS, Atomics.load(i32, words + SLOT_ANCESTOR_COUNT));
  const ancestors: number[] = [];
  for (let n = 0; n < count; n++) ancestors.push(Atomics.load(i32, words + SLOT_ANCESTORS + n));
  const owner = {
    process: Atomics.load(i32, words + SLOT_OWNER_PROCESS),
    thread: Atomics.load(i32, words + SLOT_OWNER_THREAD),
    life: Atomics.load(u64, words / 2 + SLOT_LIFE_LONG),
    ancestors,
  };
  // A read-modify-write, as a load could be served before the loads above (AArch64).
  return Atomics.add(i32, words + SLOT_OWNER_GENERATION, 0) === generation ? owner : undefined;
}

/** When the owner of a slot in this tenure registered, in milliseconds since 1970; `undefined` while that is not known. Any thread. */
export function readSince(arena: Arena, slots: SlotDirectory, tenure: Tenure): number | undefined {
  const { i32, f64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  const generation = generationOf(tenure.control);
  if (Atomics.load(i32, words + SLOT_OWNER_GENERATION) !== generation) return undefined;
  const since = f64[words / 2 + SLOT_SINCE_LONG];
  return Atomics.add(i32, words + SLOT_OWNER_GENERATION, 0) === generation ? since : undefined;
}
