/**
 * The quarantine of revoked slots, as one thread measures it.
 *
 * Threads share no clock that nobody can set (`base/clock.ts`), so each thread measures by its own
 * steady clock, from the moment when it first finds a slot revoked. A control word names one
 * tenure: if the same word is found again after the quarantine, the slot was revoked all the time,
 * so the quarantine never ends too early.
 *
 * @module
 */
import { steady } from "../base/clock.ts";

/**
 * Resolution of the clock in milliseconds: engines round, so two readings may differ by this much
 * more than the time that passed.
 */
const RESOLUTION = 1;

/** One thread's measurements. Private to its thread. */
export class Quarantine {
  /** Whether the quarantine has 0 seconds: revoked slots can be taken at once. */
  readonly isNone: boolean;
  readonly #milliseconds: number;
  /** By slot: the control word of a revoked or entered tenure, and when this thread first found it. */
  readonly #found: ({ control: number; since: number } | undefined)[] = [];

  constructor(seconds: number) {
    this.isNone = seconds === 0;
    this.#milliseconds = seconds * 1000;
  }

  /**
   * Whether the slot's quarantine is over, as far as this thread knows. `control` is the control
   * word of a revoked or entered tenure, just loaded; the first call with it begins the
   * measurement. The quarantine takes at least so many milliseconds.
   */
  isOver(slot: number, control: number, atLeast = 0): boolean {
    const found = this.#found[slot];
    if (found === undefined || found.control !== control) {
      this.#found[slot] = { control, since: steady() };
      return false;
    }
    return steady() - found.since > Math.max(this.#milliseconds, atLeast) + RESOLUTION;
  }
}
