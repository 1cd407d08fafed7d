/**
 * Histories: the operations of some threads, and what must hold after them in every schedule.
 *
 * @module
 */

/** A small program of some threads. `Sent` goes to the threads; `Kept` stays with the check. */
export interface History<Sent = unknown, Kept = unknown> {
  /** Its name in the command line and in replays. */
  readonly name: string;
  /** What it is about, in one line. */
  readonly about: string;
  /** How many preemptions are searched completely in continuous integration. */
  readonly preemptions: number;
  /** Whether each thread is also killed before each of its writes. */
  readonly kills: boolean;
  /** Whether records are published by the library's WebAssembly modules, as on V8. */
  readonly isByWebAssembly?: boolean;
  /** Interleavings beyond preemptions that are to be tried, for loops that wait for each other. */
  readonly rhythms?: readonly Rhythm[];
  /** Makes fresh memory in its first state. In the scheduler's thread. */
  prepare(): { sent: Sent; kept: Kept };
  /**
   * Prepares each thread, one after the other. The functions that they return are then scheduled.
   */
  readonly threads: readonly ThreadBody<Sent>[];
  /**
   * Throws unless the outcome is correct. Runs in the scheduler's thread, which may use the memory
   * like one more thread.
   */
  check(kept: Kept, run: Run): void;
}

/** Threads take turns: each entry is a thread and a number of accesses, over and over. */
export type Rhythm = readonly { readonly thread: number; readonly steps: number }[];

/** Prepares one thread, and returns its operations. */
export type ThreadBody<Sent> = (sent: Sent, journal: Journal) => () => void;

/** Notes what a thread did. Its methods cost no access. */
export interface Journal {
  /**
   * Runs an operation, and notes its value, which JSON must be able to hold, or its error. Throws
   * nothing.
   *
   * @returns The value, `undefined` after an error.
   */
  do<Value>(name: string, action: () => Value): Value | undefined;
}

/** What a thread did. */
export interface Event {
  readonly thread: number;
  readonly name: string;
  /** The instant of the first access. */
  readonly begin: number;
  /** The instant after the last access; `Infinity` if the thread was killed in it. */
  readonly end: number;
  /** How many accesses to shared memory it made. */
  readonly steps: number;
  readonly value?: unknown;
  /** Name and text of an error. */
  readonly error?: string;
}

/** The events of one schedule. */
export interface Run {
  /** In the order of their beginnings. */
  readonly events: readonly Event[];
  /** Which threads were killed. */
  readonly killed: readonly number[];
}

/** Makes a history, with the types of what goes from part to part. */
export function defineHistory<Sent, Kept>(history: History<Sent, Kept>): History {
  return history as unknown as History;
}

/** The same history, but records are published by WebAssembly. */
export function byWebAssembly(history: History): History {
  return {
    ...history,
    name: `${history.name}-module`,
    about: `${history.about}, by WebAssembly`,
    isByWebAssembly: true,
  };
}

/** Throws unless `condition` holds. */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** The events with this name. */
export function named(run: Run, name: string): Event[] {
  return run.events.filter((event) => event.name === name);
}

/** Throws if an operation failed with any error but these. */
export function onlyErrors(run: Run, expected: RegExp): void {
  for (const { name, error } of run.events) {
    must(error === undefined || expected.test(error), `${name} failed: ${error}`);
  }
}
