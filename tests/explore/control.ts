/**
 * How the threads of an exploration take turns. One of them runs at a time; a shared memory of its
 * own holds whose turn it is.
 *
 * Assumptions: only the thread whose turn it is touches anything but the gates. The gates'
 * `Atomics` order all that.
 *
 * Progress: a thread that nobody gives the turn sleeps; handing over costs some microseconds.
 *
 * @module
 */
import type { Decision, Segment } from "./plan.ts";

// The original ones: the threads under exploration replace the globals after they have loaded this
// module.
const { load, notify, store, wait } = Atomics;

/** The scheduler's number; the threads count from 0. */
export const SCHEDULER = -1;

/** The most threads of a history. */
export const MOST_THREADS = 8;
/** The most accesses of one schedule. One with more counts as endless. */
export const MOST_STEPS = 1 << 15;
const MOST_SEGMENTS = 2048;
const MOST_UNITS = 1 << 15;

// Word indices. Gates stand 128 bytes apart.
const GATE_WORDS = 32;
const STATE = GATE_WORDS * (MOST_THREADS + 1);
const CLOCK = STATE;
const PLANNED = STATE + 1;
const POSITION = STATE + 2;
const SEGMENTS = STATE + 3;
const STEPS = STATE + 4;
const ENDING = STATE + 5;
const OVERRUN = STATE + 6;
const FINISHED = STATE + 7;
const KILLED = STATE + 8;
const STOPPED = STATE + 9;
const UNITS = STATE + 16;
const PLAN = UNITS + MOST_THREADS;
const SEGMENT = PLAN + 3 * MOST_SEGMENTS;
const LOG = SEGMENT + 3 * MOST_SEGMENTS;
const TEXT = LOG + MOST_STEPS;
const END = TEXT + (MOST_THREADS * MOST_UNITS) / 2;

/**
 * How often a thread checks for its turn before it sleeps. More checks would take the processor
 * from the thread that runs.
 */
const SPINS = 300;
/** How a segment ended. */
export const FINISH = 0;
export const PREEMPT = 1;
export const KILL = 2;

/**
 * One access to shared memory: which thread, whether it wrote, whether it was the first of an
 * operation, and the address.
 */
export interface Access {
  readonly thread: number;
  readonly isWrite: boolean;
  readonly isFirst: boolean;
  /** Byte offset divided by 8. */
  readonly long: number;
}

/** The memory of one exploration, as one party sees it. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly threads: number;
  readonly #words: Int32Array;
  readonly #units: Uint16Array;

  constructor(threads: number, buffer: SharedArrayBuffer = new SharedArrayBuffer(END * 4)) {
    this.threads = threads;
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#units = new Uint16Array(buffer);
  }

  /** Gives the turn to `party`. */
  give(party: number): void {
    const gate = (party + 1) * GATE_WORDS;
    store(this.#words, gate, 1);
    notify(this.#words, gate);
  }

  /**
   * Waits for the turn.
   *
   * @throws {Error} When it does not come.
   */
  take(party: number, patience: number = Infinity): void {
    const gate = (party + 1) * GATE_WORDS;
    for (let spin = 0; load(this.#words, gate) === 0; spin++) {
      if (spin < SPINS) continue;
      if (wait(this.#words, gate, 0, patience) === "timed-out") {
        throw new Error(
          "Cannot go on with the schedule: a thread must give its turn back, it hangs",
        );
      }
    }
    store(this.#words, gate, 0);
  }

  /**
   * Scheduler: runs all threads by `plan`, and returns when all of them have ended or were killed.
   *
   * @throws {Error} When that takes more than `patience` milliseconds.
   */
  run(plan: readonly Decision[], patience: number): void {
    const words = this.#words;
    words.fill(0, STATE, STOPPED);
    words[PLANNED] = plan.length;
    for (const [n, { thread, steps, kill }] of plan.entries()) {
      words[PLAN + 3 * n] = thread;
      words[PLAN + 3 * n + 1] = steps ?? -1;
      words[PLAN + 3 * n + 2] = kill === true ? 1 : 0;
    }
    this.give(0);
    this.take(SCHEDULER, patience);
  }

  /** Scheduler: ends all threads that wait for a turn. */
  stop(): void {
    this.#words[STOPPED] = 1;
    for (let thread = 0; thread < this.threads; thread++) this.give(thread);
  }

  /** Whether there will be no more schedules. */
  get isStopped(): boolean {
    return this.#words[STOPPED] === 1;
  }

  /** The next instant. */
  tick(): number {
    return ++this.#words[CLOCK];
  }

  /** Begins the next segment and returns its thread; `SCHEDULER` when all threads have ended. */
  advance(): number {
    const words = this.#words;
    const ended = words[FINISHED] | words[KILLED];
    while (words[POSITION] < words[PLANNED]) {
      const thread = words[PLAN + 3 * words[POSITION]];
      if ((ended & (1 << thread)) === 0) return this.#begin(thread);
      words[POSITION]++;
    }
    for (let thread = 0; thread < this.threads; thread++) {
      if ((ended & (1 << thread)) === 0) return this.#begin(thread);
    }
    // Killed threads sleep at an access. Wake them, so that they end there.
    words[ENDING] = 1;
    for (let thread = 0; thread < this.threads; thread++) {
      if ((words[FINISHED] & (1 << thread)) === 0) return thread;
    }
    return SCHEDULER;
  }

  /** How many accesses the running segment may make. */
  budget(): number {
    const steps = this.#words[PLAN + 3 * this.#words[POSITION] + 1];
    return this.#words[POSITION] < this.#words[PLANNED] && steps >= 0 ? steps : Infinity;
  }

  /** Ends the running segment: its budget is used up. */
  interrupt(thread: number): void {
    const words = this.#words;
    const isKill = words[PLAN + 3 * words[POSITION] + 2] === 1;
    this.#end(isKill ? KILL : PREEMPT);
    if (isKill) words[KILLED] |= 1 << thread;
  }

  /** Ends the running segment: its thread has done all that it had to do, or died. */
  finish(thread: number): void {
    const words = this.#words;
    if (!this.isEnding) this.#end(FINISH);
    words[FINISHED] |= 1 << thread;
  }

  /** Whether the schedule is over, so that threads that still sleep must end. */
  get isEnding(): boolean {
    return this.#words[ENDING] === 1;
  }

  /** Whether there were more accesses than a schedule may have. */
  get isOverrun(): boolean {
    return this.#words[OVERRUN] === 1;
  }

  /** Which threads were killed. */
  get killed(): number[] {
    const killed = this.#words[KILLED];
    return Array.from({ length: this.threads }, (_, n) => n).filter((n) => killed & (1 << n));
  }

  /** Notes an access; false when there is no room for more. */
  log(thread: number, isWrite: boolean, isFirst: boolean, long: number): boolean {
    const words = this.#words;
    const step = words[STEPS];
    if (step >= MOST_STEPS) {
      words[OVERRUN] = 1;
      return false;
    }
    words[LOG + step] = thread << 28 | (isWrite ? 1 << 27 : 0) | (isFirst ? 1 << 26 : 0) | long;
    words[STEPS] = step + 1;
    words[SEGMENT + 3 * words[SEGMENTS] + 1]++;
    return true;
  }

  /** How many accesses there were. */
  get steps(): number {
    return this.#words[STEPS];
  }

  /** One of the accesses, in their order. */
  access(step: number): Access {
    const word = this.#words[LOG + step];
    return {
      thread: word >>> 28,
      isWrite: (word & 1 << 27) !== 0,
      isFirst: (word & 1 << 26) !== 0,
      long: word & 0x3ffffff,
    };
  }

  /** The segments that were run, in their order. */
  segments(): Segment[] {
    const words = this.#words;
    return Array.from({ length: words[SEGMENTS] }, (_, n) => {
      const [thread, steps, ending] = words.subarray(SEGMENT + 3 * n, SEGMENT + 3 * n + 3);
      return { thread, steps, ending: ending as Segment["ending"] };
    });
  }

  /** Stores the report of a thread. */
  write(thread: number, text: string): void {
    const length = Math.min(text.length, MOST_UNITS);
    const start = TEXT * 2 + thread * MOST_UNITS;
    for (let n = 0; n < length; n++) this.#units[start + n] = text.charCodeAt(n);
    this.#words[UNITS + thread] = length;
  }

  /** The stored report of a thread. */
  read(thread: number): string {
    const start = TEXT * 2 + thread * MOST_UNITS;
    return String.fromCharCode(
      ...this.#units.subarray(start, start + this.#words[UNITS + thread]),
    );
  }

  #begin(thread: number): number {
    const words = this.#words;
    if (words[SEGMENTS] >= MOST_SEGMENTS - 1) words[OVERRUN] = 1;
    const at = SEGMENT + 3 * words[SEGMENTS];
    words[at] = thread;
    words[at + 1] = 0;
    words[at + 2] = FINISH;
    return thread;
  }

  #end(ending: number): void {
    const words = this.#words;
    words[SEGMENT + 3 * words[SEGMENTS] + 2] = ending;
    if (words[SEGMENTS] < MOST_SEGMENTS - 1) words[SEGMENTS]++;
    words[POSITION]++;
  }
}
