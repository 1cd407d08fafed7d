/**
 * The identity of a slot's owner, so that a thread that learns of the end of another one finds its
 * slots.
 *
 * Assumptions: the owner writes its identity right after it has entered the slot, or has taken its
 * seat (`slot_directory.ts`).
 *
 * Guarantees: an identity that is read belongs to one tenure: it carries the generation of the
 * tenure, which is stored last and confirmed after reading. Generation and process are stored in
 * one step, and only while the tenure is not over: a thread that is suspended here, whatever the
 * quarantine, writes its process over no later owner's. It may write over the rest of that one's
 * identity, which only the threads of that one's process use.
 *
 * Progress: lock-free: a step is repeated only after another thread has made it. A reader finds
 * nothing while the owner writes. If a thread is killed before
 * its identity is complete, no sign of its death leads to its slot. An entered slot rests after the
 * quarantine all the same. The slot of a seat is active by then; whoever reserved it has noted the
 * process, so the end of the process leads to the slot, and before that its parent has to revoke
 * it.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import {
  SLOT_ANCESTOR_COUNT,
  SLOT_ANCESTORS,
  SLOT_CONTROL,
  SLOT_LIFE_U64,
  SLOT_OWNER_GENERATION,
  SLOT_OWNER_PROCESS,
  SLOT_OWNER_THREAD,
  SLOT_SINCE_F64,
} from "../memory/layout.ts";
import { generationOf, type Tenure } from "./control_word.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** The identity of a thread. */
export interface ThreadIdentity {
  /** Identifier of the process; 0 when it is not known. */
  readonly process: number;
  /** `threadId` of `node:worker_threads`; 0 when several threads share it. */
  readonly thread: number;
  /**
   * The `threadId` of each known ancestor: the thread that made this one, the one that made that
   * thread, and so on; at most {@linkcode MOST_ANCESTORS}.
   */
  readonly ancestors: readonly number[];
  /** Names the lock that the thread holds for its whole life; 0 when it holds none. */
  readonly life: bigint;
}

/** Maximum number of ancestors that are kept: the nearest ones. */
export const MOST_ANCESTORS = 8;

/** Writes the identity of a slot's owner. Owner thread only. */
export function writeOwner(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  identity: ThreadIdentity,
): void {
  const { i32, f64, u64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  if (!publish(arena, slots, tenure, NOBODY)) return;
  Atomics.store(i32, words + SLOT_OWNER_THREAD, identity.thread);
  Atomics.store(u64, words / 2 + SLOT_LIFE_U64, identity.life);
  // Unordered; the step below publishes it, and readers confirm the generation.
  f64[words / 2 + SLOT_SINCE_F64] = Date.now();
  const ancestors = identity.ancestors.slice(-MOST_ANCESTORS);
  Atomics.store(i32, words + SLOT_ANCESTOR_COUNT, ancestors.length);
  for (const [n, ancestor] of ancestors.entries()) {
    Atomics.store(i32, words + SLOT_ANCESTORS + n, ancestor);
  }
  // Last, and a read-modify-write; pairs with the loads of the generation: a reader that sees this
  // generation sees this owner.
  publish(arena, slots, tenure, wordOf(generationOf(tenure.control), identity.process));
}

/** In place of generation and process, while they are written. */
const NOBODY = wordOf(-1, 0);

/** The 8-byte word of a generation and a process. */
function wordOf(generation: number, process: number): bigint {
  return BigInt.asUintN(32, BigInt(generation)) | BigInt.asUintN(32, BigInt(process)) << 32n;
}

/**
 * Stores generation and process, and returns true; false when the tenure is over. Owner thread
 * only.
 */
function publish(
  arena: Arena,
  slots: SlotDirectory,
  { slot, control }: Tenure,
  word: bigint,
): boolean {
  const { i32, u64 } = arena.views();
  const words = slots.controlIndex(slot);
  const at = (words + SLOT_OWNER_GENERATION) / 2;
  for (;;) {
    // SeqCst, in this order: if the tenure is over behind the second load, whoever owns the slot by
    // then has changed this word, or will.
    const found = Atomics.load(u64, at);
    const isOver = generationOf(Atomics.load(i32, words + SLOT_CONTROL)) !== generationOf(control);
    if (isOver) return false;
    if (Atomics.compareExchange(u64, at, found, word) === found) return true;
  }
}

/**
 * Writes the rest of an identity of which the process and no more is written in this tenure. Owner
 * thread only.
 *
 * The identity stays readable meanwhile: if the process is killed here, the slot is known to be one
 * of that process. What a reader finds in between names the thread or not yet, and an ancestor only
 * if it is one.
 */
export function completeOwner(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  { process, thread, life, ancestors }: ThreadIdentity,
): void {
  const { i32, f64, u64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  const nearest = ancestors.slice(-MOST_ANCESTORS);
  for (const [n, ancestor] of nearest.entries()) {
    Atomics.store(i32, words + SLOT_ANCESTORS + n, ancestor);
  }
  // SeqCst, after the ancestors; pairs with its load: a reader takes no former owner's ancestors.
  Atomics.store(i32, words + SLOT_ANCESTOR_COUNT, nearest.length);
  Atomics.store(u64, words / 2 + SLOT_LIFE_U64, life);
  Atomics.store(i32, words + SLOT_OWNER_THREAD, thread);
  f64[words / 2 + SLOT_SINCE_F64] = Date.now();
  // As in `writeOwner`: publishes the time.
  publish(arena, slots, tenure, wordOf(generationOf(tenure.control), process));
}

/** Writes the name of the lock that the owner now holds for its whole life. Owner thread only. */
export function writeLife(arena: Arena, slots: SlotDirectory, slot: number, life: bigint): void {
  Atomics.store(arena.views().u64, slots.controlIndex(slot) / 2 + SLOT_LIFE_U64, life);
}

/** The identity of the owner in this tenure; `undefined` while it is not written. Any thread. */
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
    life: Atomics.load(u64, words / 2 + SLOT_LIFE_U64),
    ancestors,
  };
  // A read-modify-write, because on AArch64 a load could be performed before the loads above.
  return Atomics.add(i32, words + SLOT_OWNER_GENERATION, 0) === generation ? owner : undefined;
}

/**
 * When the owner in this tenure registered, in milliseconds since 1970; `undefined` while it is not
 * written. Any thread.
 */
export function readSince(arena: Arena, slots: SlotDirectory, tenure: Tenure): number | undefined {
  const { i32, f64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  const generation = generationOf(tenure.control);
  if (Atomics.load(i32, words + SLOT_OWNER_GENERATION) !== generation) return undefined;
  const since = f64[words / 2 + SLOT_SINCE_F64];
  // As in `readOwner`.
  return Atomics.add(i32, words + SLOT_OWNER_GENERATION, 0) === generation ? since : undefined;
}
