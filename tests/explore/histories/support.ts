/**
 * What the checks of several histories need.
 *
 * @module
 */
import type { ThreadStatsHandle } from "../../../mod.ts";
import { Arena } from "../../../src/memory/arena.ts";
import type { SeatTicket } from "../../../src/threads/handle.ts";
import { H_EXTENT_MAPS, MAP_BITS, MAP_NEXT, MAP_WORDS } from "../../../src/memory/layout.ts";
import { Seat } from "../../../src/threads/seat.ts";
import { SlotDirectory } from "../../../src/threads/slot_directory.ts";
import { type Event, must } from "../history.ts";

/**
 * Address space of one schedule's memory: little, as thousands of them wait for the garbage
 * collector.
 */
export const MOST_BYTES = 2 ** 20;

/** What goes to threads that need nothing else. */
export interface Sent {
  readonly handle: ThreadStatsHandle;
}

/** What goes to threads of which one has a seat. */
export interface Seated extends Sent {
  readonly seat: SeatTicket;
}

/** The memory of a handle as the library's own parts take it. */
export function arenaOf(handle: ThreadStatsHandle): Arena {
  return new Arena(handle);
}

/** Bytes given out in an arena. */
export function bytesUsed(handle: ThreadStatsHandle): number {
  return arenaOf(handle).bytesUsed;
}

/** How many lines were lent and came back. */
export function freeLines(handle: ThreadStatsHandle): number {
  const { i32 } = arenaOf(handle).views();
  let lines = 0;
  for (let map = i32[H_EXTENT_MAPS]; map !== 0; map = i32[map + MAP_NEXT]) {
    for (let word = 0; word < MAP_WORDS; word++) {
      for (let bits = i32[map + MAP_BITS + word]; bits !== 0; bits &= bits - 1) lines++;
    }
  }
  return lines;
}

/** Takes all that is left of the memory before it must grow. */
export function fillArena(handle: ThreadStatsHandle): void {
  const arena = arenaOf(handle);
  const rest = Math.floor((arena.byteLength - arena.bytesUsed) / 128) * 128;
  if (rest > 0) arena.allocate(rest);
}

/** The right to revoke a seat, for a thread that did not reserve it. */
export function seatOf(handle: ThreadStatsHandle, seat: SeatTicket, maxThreads: number): Seat {
  return new Seat(new SlotDirectory(arenaOf(handle), maxThreads, 0), seat, handle);
}

/** Those that came to a good end. */
export function succeeded(events: readonly Event[]): Event[] {
  return events.filter(({ end, error }) => end < Infinity && error === undefined);
}

/** Those in which a thread was killed. */
export function unfinished(events: readonly Event[]): Event[] {
  return events.filter(({ end }) => end === Infinity);
}

/** Throws if a value is there twice. */
export function mustDiffer(values: readonly unknown[], what: string): void {
  must(new Set(values).size === values.length, `${what} twice: ${values.join(" ")}`);
}

/**
 * Of events that each stand for a bit of what `read` saw: what it must have seen, as it had ended
 * before, and what it can have seen, as it had begun.
 */
export function bounds(
  events: readonly Event[],
  read: Pick<Event, "begin" | "end">,
  bitOf: (event: Event) => number,
): { least: number; most: number } {
  let least = 0;
  let most = 0;
  for (const event of events) {
    if (event.end < read.begin && event.error === undefined) least |= bitOf(event);
    // What was refused has changed nothing.
    if (event.begin < read.end && event.error === undefined) most |= bitOf(event);
  }
  return { least, most };
}

/** A read after all that has happened. */
export const AT_THE_END: Pick<Event, "begin" | "end"> = { begin: Infinity, end: Infinity };

/** Throws unless `value` has all bits of `least` and none beyond `most`. */
export function mustBeBetween(
  value: number,
  { least, most }: { least: number; most: number },
  what: string,
): void {
  must(
    (value & least) === least && (value & ~most) === 0,
    `${what} is ${value}: at least ${least}, at most ${most}`,
  );
}
