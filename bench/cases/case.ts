/** One way to do it. */
export interface Case<Shared = unknown> {
  /** Makes what all threads get; it must survive structured cloning. Once, in the main thread. */
  share(threads: number): Shared;
  /**
   * Makes a loop of `updates` updates, in the thread that will run it. Each case has a loop of its
   * own, so that no call site in it sees a second case's objects.
   */
  prepare(shared: Shared, thread: number): Prepared;
  /** Makes what reads all totals once, in the main thread. Only where threads contend. */
  reader?(shared: Shared): Reader;
}

/** A case that can be run. */
export interface Prepared {
  run(updates: number): void;
  /**
   * How many updates the implementation has counted, all rounds together (32 bits of it are enough); for `set` the value that it
   * has, as the loop sets 1 to `updates`. It shows that the work was done.
   */
  total(): number | Promise<number>;
}

/** Reads while others write. */
export interface Reader {
  read(): void;
  /** How often a read was begun again because of a writer. */
  retries(): number;
}

/** The cases of one implementation by group. */
export type Cases = Readonly<Partial<Record<GroupName, Case>>>;

/** What is measured. */
export type GroupName =
  | "counter add"
  | "labelled add, bound child"
  | "labelled add, fresh lookup"
  | "gauge set"
  | "gauge add"
  | "histogram record"
  | "record update"
  | "record burst of 32";

/** Makes a case that lives in the thread that runs it: one that other threads see nothing of. */
export function privateCase(prepare: () => Prepared): Case {
  return { share: () => 0, prepare };
}

/** How many updates one burst is. */
export const burst = 32;

/** What one update of a record adds. */
export interface Delta {
  packets: number;
  bytes: number;
  errors: number;
  time: number;
}

/**
 * A delta that is reused, as the library's users do. The loops vary `bytes`, so that nothing can be
 * folded into constants.
 */
export function makeDelta(): Delta {
  return { packets: 1, bytes: 64, errors: 2, time: 0.5 };
}
