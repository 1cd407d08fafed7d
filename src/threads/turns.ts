/**
 * The time of a thread's latest turn of the event loop, in the thread's slot.
 *
 * Assumptions: the clock of a thread (`performance.now()`) advances as those of the other threads
 * do, and begins at an instant of its own.
 *
 * Guarantees: turns that are read belong to one tenure: its control word is stored last, and
 * confirmed after reading. The wall clock's offset may belong to the turn before.
 *
 * Progress: wait-free.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import {
  SLOT_RESUMED_F64,
  SLOT_TURN_CONTROL,
  SLOT_TURN_F64,
  SLOT_TURN_OFFSET_F64,
  SLOT_TURN_ORIGIN_F64,
  SLOT_TURN_PERIOD_F64,
} from "../memory/layout.ts";
import type { Tenure } from "./control_word.ts";
import type { SlotDirectory } from "./slot_directory.ts";

/** The clocks of a thread at one instant. All times are in milliseconds. */
export interface ClockReading {
  /** The thread's own clock, which nobody can set: comparable within the thread only. */
  readonly now: number;
  /** The wall clock. */
  readonly wall: number;
  /** `performance.timeOrigin`. Threads with the same origin have the same clock. */
  readonly origin: number;
}

/** Reads the clocks of this thread. */
export function readThreadClocks(): ClockReading {
  return { now: performance.now(), wall: Date.now(), origin: performance.timeOrigin };
}

/** The latest turn of a thread. Times are by its own clock, in milliseconds. */
export interface Turn {
  /** When it was. */
  readonly at: number;
  /** The wall clock minus the thread's clock at that time. */
  readonly offset: number;
  /** `performance.timeOrigin` of the thread. */
  readonly origin: number;
  /** From one turn to the next one. */
  readonly period: number;
  /** When the thread noticed last that the process had been suspended; `-Infinity` before. */
  readonly resumed: number;
}

/** Begins the turns of a tenure. Owner thread only. */
export function beginTurns(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  { clocks, period }: { readonly clocks: ClockReading; readonly period: number },
): void {
  const { i32, f64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  Atomics.store(i32, words + SLOT_TURN_CONTROL, 0);
  f64[words / 2 + SLOT_RESUMED_F64] = -Infinity;
  f64[words / 2 + SLOT_TURN_ORIGIN_F64] = clocks.origin;
  f64[words / 2 + SLOT_TURN_PERIOD_F64] = period;
  writeTurn(arena, slots, tenure, clocks);
  // Last, and a read-modify-write; pairs with the loads in `readTurn`: a reader that sees this
  // control word sees the turn of this tenure.
  Atomics.exchange(i32, words + SLOT_TURN_CONTROL, tenure.control);
}

/** Writes the latest turn. Owner thread only. */
export function writeTurn(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  { now, wall }: ClockReading,
): void {
  const { f64 } = arena.views();
  const words = slots.controlIndex(tenure.slot);
  // Unordered; pair with the loads in `readTurn`. Each is whole, and the offset hardly changes.
  f64[words / 2 + SLOT_TURN_OFFSET_F64] = wall - now;
  f64[words / 2 + SLOT_TURN_F64] = now;
}

/** Notes that the process was suspended until now, by the owner's clock. Owner thread only. */
export function writeResumed(
  arena: Arena,
  slots: SlotDirectory,
  tenure: Tenure,
  now: number,
): void {
  // Unordered; precedes the turn that ends the suspension.
  arena.views().f64[slots.controlIndex(tenure.slot) / 2 + SLOT_RESUMED_F64] = now;
}

/** Ends the turns of a tenure: nobody reads them any more. Owner thread only. */
export function endTurns(arena: Arena, slots: SlotDirectory, tenure: Tenure): void {
  const index = slots.controlIndex(tenure.slot) + SLOT_TURN_CONTROL;
  // The slot may have another owner by now, whose turns have to stay.
  Atomics.compareExchange(arena.views().i32, index, tenure.control, 0);
}

/** The latest turn in an active tenure; `undefined` if its thread is not observed. Any thread. */
export function readTurn(
  arena: Arena,
  slots: SlotDirectory,
  { slot, control }: Tenure,
): Turn | undefined {
  const { i32, f64 } = arena.views();
  const words = slots.controlIndex(slot);
  if (Atomics.load(i32, words + SLOT_TURN_CONTROL) !== control) return undefined;
  const turn = {
    at: f64[words / 2 + SLOT_TURN_F64],
    offset: f64[words / 2 + SLOT_TURN_OFFSET_F64],
    origin: f64[words / 2 + SLOT_TURN_ORIGIN_F64],
    period: f64[words / 2 + SLOT_TURN_PERIOD_F64],
    resumed: f64[words / 2 + SLOT_RESUMED_F64],
  };
  // A read-modify-write, because on AArch64 a load could be performed before the loads above.
  if (Atomics.add(i32, words + SLOT_TURN_CONTROL, 0) !== control) return undefined;
  // Damaged memory may hold anything.
  return Number.isFinite(turn.at + turn.offset + turn.period) ? turn : undefined;
}
