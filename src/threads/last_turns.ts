/**
 * Tells how long the event loops of other threads have not turned.
 *
 * No clock is shared by the threads of Deno and Bun, so a reader has to find the distance between
 * its own clock and that of another thread. The distance never changes.
 *
 * - Threads of one process on Node have one clock, and the same `performance.timeOrigin`: 0.
 * - The wall clock gives an estimate. It is wrong if the wall clock was set, or the machine slept,
 *   between the other thread's turn and this look.
 * - Each look bounds the distance: a turn that is seen was before the look, and a turn that the
 *   look before did not see was after that look. So a reader that looks again and again needs the
 *   wall clock no longer, however often it is set.
 *
 * A suspended process (a debugger, `SIGSTOP`, a frozen container) suspends all its threads. No time
 * before the end of a suspension counts as blocked, if a thread that is observed has noticed that
 * end, or if this thread's own turn is overdue too.
 *
 * Guarantees: a turn is never in the future, and not before the look that preceded the one at which
 * it was seen first.
 *
 * Progress: wait-free. The state is private to one thread.
 *
 * @module
 */
import type { Arena } from "../memory/arena.ts";
import type { ThreadTurn } from "./control_word.ts";
import type { SlotDirectory } from "./slot_directory.ts";
import { type ClockReading, readThreadClocks, readTurn, type Turn } from "./turns.ts";

/** What is known of the clock of one tenure's thread. */
interface KnownClock {
  readonly control: number;
  /** The latest turn that was seen, by that thread's clock. */
  at: number;
  /** When this thread looked last, by its own clock. */
  lookedAt: number;
  /** By how much this thread's clock is ahead: estimated by the wall clock, and its bounds. */
  estimate: number;
  least: number;
  most: number;
}

/** The latest turns in one memory, as one thread sees them. Any thread, all methods. */
export class LastTurns {
  readonly #arena: Arena;
  readonly #slots: SlotDirectory;
  readonly #known: (KnownClock | undefined)[] = [];

  constructor(arena: Arena, slots: SlotDirectory) {
    this.#arena = arena;
    this.#slots = slots;
  }

  /**
   * The latest turns of all observed threads, by slot.
   *
   * @param overdueSince This thread's own latest turn, by its own clock, if the next one is overdue
   * by so much that the process may have been suspended.
   */
  read(overdueSince?: number): Map<number, ThreadTurn> {
    const clocks = readThreadClocks();
    const { now, wall } = clocks;
    const turns: { slot: number; last: number; period: number }[] = [];
    let resumed = -Infinity;
    const { used } = this.#slots;
    for (let slot = 0; slot < used; slot++) {
      const control = this.#slots.activeControl(slot);
      const turn = control < 0 ? undefined : readTurn(this.#arena, this.#slots, { slot, control });
      if (turn === undefined) continue;
      const ahead = this.#distance(slot, control, { turn, clocks });
      turns.push({ slot, last: turn.at + ahead, period: turn.period });
      if (turn.resumed <= turn.at) resumed = Math.max(resumed, turn.resumed + ahead);
    }
    const until = Math.min(now, overdueSince ?? now);
    return new Map(turns.map(({ slot, last, period }) => {
      const overdue = Math.max(0, until - Math.max(last, resumed) - period);
      return [slot, { lastTurn: wall - (now - last), blockedSeconds: overdue / 1000 }];
    }));
  }

  /** By how much this thread's clock is ahead of that of the slot's owner. */
  #distance(
    slot: number,
    control: number,
    { turn, clocks: { now, wall, origin } }: { turn: Turn; clocks: ClockReading },
  ): number {
    if (turn.origin === origin) return 0;
    let known = this.#known[slot];
    if (known === undefined || known.control !== control) {
      known = {
        ...{ control, at: NaN, lookedAt: -Infinity },
        ...{ estimate: 0, least: -Infinity, most: Infinity },
      };
      this.#known[slot] = known;
    }
    if (turn.at !== known.at) {
      known.estimate = turn.offset - (wall - now);
      known.least = Math.max(known.least, known.lookedAt - turn.at);
      known.most = Math.min(known.most, now - turn.at);
      if (known.least > known.most) {
        // One of the clocks was moved after all, for instance by a test.
        known.least = -Infinity;
        known.most = now - turn.at;
      }
      known.at = turn.at;
    }
    known.lookedAt = now;
    return Math.min(known.most, Math.max(known.least, known.estimate));
  }
}
