/**
 * The time that a thread needs itself, without the time in which the machine ran other threads.
 * Linux reports exactly how long a thread was ready and did not run. (The runtimes report processor
 * time in ticks of 4 to 10 ms.)
 *
 * @module
 */
import { openSync, readSync } from "node:fs";

/** Of this thread, as it opens it: nanoseconds run, nanoseconds waited, times run. */
const file = open();
const bytes = new Uint8Array(80);

/** The system notes for how long a thread has run when it stops, and every so many milliseconds. */
const TICK = 4;

/** Measures one stretch of time of this thread. */
export class OwnTime {
  readonly #ran: number;
  readonly #waited: number;
  readonly #start: number;

  /** Starts. */
  constructor() {
    [this.#ran, this.#waited] = schedule();
    this.#start = performance.now();
  }

  /**
   * Milliseconds since the start: by the clock, and of the thread's own where the system tells
   * that.
   */
  stop(): { passed: number; own: number } {
    const passed = performance.now() - this.#start;
    const [ran, waited] = schedule();
    // It may also have slept: in a page fault, or while the garbage collector's threads were busy.
    const own = file === undefined
      ? passed
      : Math.min(passed - (waited - this.#waited), ran - this.#ran + TICK);
    return { passed, own };
  }
}

/** How long this thread has run, and how long it was ready and did not run, in milliseconds. */
function schedule(): [number, number] {
  if (file === undefined) return [0, 0];
  const length = readSync(file, bytes, 0, bytes.length, 0);
  const [ran, waited] = String.fromCharCode(...bytes.subarray(0, length)).split(" ");
  return [Number(ran) / 1e6, Number(waited) / 1e6];
}

function open(): number | undefined {
  try {
    return openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return undefined;
  }
}
