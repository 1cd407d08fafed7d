/** What is measured; the same for every implementation. */
export type GroupName = "counter add" | "record update" | "record burst of 32";

/** All groups, in the order of the reports. */
export const groupNames: readonly GroupName[] = [
  "counter add",
  "record update",
  "record burst of 32",
];

/** One way to do it. */
export interface Case<Shared = unknown> {
  /** Makes what all threads get; it must survive structured cloning. Once, in the main thread. */
  share(threads: number): Shared;
  /**
   * Makes a loop of `updates` updates, in the thread that will run it. Each case has a loop of its
   * own, so that no call site in it sees a second case's objects.
   */
  prepare(shared: Shared, thread: number): (updates: number) => void;
}

/** The cases of one implementation. */
export type Cases = Readonly<Record<GroupName, Case>>;

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
