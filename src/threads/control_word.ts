/**
 * The control word of a thread slot: generation << 3 | state. The generation rises with each owner,
 * so a control word names one tenure of one owner for ever.
 *
 * @module
 */

/** State of a thread slot. */
export type ThreadState = "active" | "reserved" | "retired" | "revoked";

/** A thread slot, as {@linkcode ThreadStats.threads} shows it. */
export interface ThreadInfo {
  /** Number of the slot, from 0 on. */
  readonly slot: number;
  /** Name of its latest owner. */
  readonly name: string;
  /**
   * `active`: its owner may write. `reserved`: the worker that it is reserved for has not
   * registered yet, or a thread is registering right now. `retired`: its owner has unregistered, or
   * was reported as stopped. `revoked`: its owner was fenced.
   */
  readonly state: ThreadState;
  /**
   * When its present owner registered, in milliseconds since 1970 by the wall clock; `undefined` if
   * it has no owner. Not enumerable, and missing in clones and serialized copies.
   */
  readonly since?: number;
  /**
   * When its event loop turned last, in milliseconds since 1970 by the wall clock; `undefined`
   * unless it runs {@linkcode Thread.observeRuntime}. Not enumerable, as `since`.
   */
  readonly lastTurn?: number;
  /**
   * For how many seconds its event loop should have turned and has not; 0 while it turns in time.
   * `undefined` unless it runs {@linkcode Thread.observeRuntime}. Not enumerable, as `since`.
   */
  readonly blockedSeconds?: number;
}

/** The turns of one thread's event loop. */
export interface ThreadTurn {
  /** When it turned last, in milliseconds since 1970 by the wall clock. */
  readonly lastTurn: number;
  /** For how many seconds it should have turned and has not; 0 while it turns in time. */
  readonly blockedSeconds: number;
}

/** One owner's time in a slot. */
export interface Tenure {
  /** Number of the slot. */
  readonly slot: number;
  /** The control word that the slot has while this tenure is active. */
  readonly control: number;
}

/** The slot was never used. */
export const FREE = 0;
/** A seat for a thread that has not registered yet. */
export const RESERVED = 1;
/** The owner may write. */
export const ACTIVE = 2;
/** The owner has stopped writing. The slot can be taken. */
export const RETIRED = 3;
/** The owner was fenced, and may still be in one update. */
export const REVOKED = 4;
/** Revoked, and the quarantine is over. The slot can be taken. */
export const RESTED = 5;
/** Taken by a thread that has not yet noted its identity. */
export const ENTERED = 6;

/** The bits of the state in a control word. */
export const STATE_MASK = 7;
/** The difference between the control words of successive generations. */
export const GENERATION = 8;

const STATE_NAMES = [
  "retired",
  "reserved",
  "active",
  "retired",
  "revoked",
  "revoked",
  "reserved",
] as const;

/** The state in a control word. */
export function stateOf(control: number): number {
  return control & STATE_MASK;
}

/** The generation in a control word, in the upper 29 bits. */
export function generationOf(control: number): number {
  return control & ~STATE_MASK;
}

/** Whether a control word is that of an active tenure. */
export function isActive(control: number): boolean {
  return (control & STATE_MASK) === ACTIVE;
}

/**
 * The state of a used slot in words. Damaged memory may hold other states: such slots are never
 * taken.
 */
export function stateNameOf(control: number): ThreadState {
  return STATE_NAMES[control & STATE_MASK] ?? "revoked";
}
