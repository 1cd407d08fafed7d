/**
 * What all cases have in common: their form, and loops that several of them need.
 *
 * @module
 */

/** The circumstances that a case runs under. */
export type Circumstances = {
  /** Threads that do the work at once. @default {1} */
  readonly threads?: number;
  /** Slots in use, each of which a reader adds up. */
  readonly slots?: number;
  /** Buckets in use. */
  readonly buckets?: number;
};

/** What is measured: one implementation in one group. */
export interface Case<Shared = unknown> {
  /** Makes what all threads get, once, in the main thread. It must survive structured cloning. */
  share(at: Circumstances): Shared;
  /**
   * Makes a loop of operations, in the thread that will run it. Each case has a loop of its own, so
   * that no call site in it sees the objects of a second case.
   */
  prepare(shared: Shared, thread: number): Prepared;
  /** Makes what reads all totals, in the main thread. Only cases where threads contend have it. */
  reader?(shared: Shared): Reader;
}

/** A case that is ready to run. */
export interface Prepared {
  /** Does so many operations. Returns a promise only where the implementation leaves no choice. */
  run(operations: number): void | Promise<void>;
  /**
   * A figure that shows that the work was done. In most cases it is the number of operations of all
   * runs. Its lower 32 bits are compared.
   */
  total(): number | Promise<number>;
  /**
   * What `total()` must be after so many operations, of which the last run did `last`. Without it,
   * `total()` must be `operations`.
   */
  expected?(operations: number, last: number): number;
}

/** Reads while others write. */
export interface Reader {
  read(): void;
  /** The number of reads that began again because of a writer. */
  retries(): number;
}

/** The cases of one implementation by group. */
export type Cases = Readonly<Partial<Record<GroupName, Case>>>;

/** The groups of updates. */
export type UpdateName =
  | "counter add"
  | "labelled add, bound child"
  | "labelled add, fresh lookup"
  | "gauge set"
  | "gauge add"
  | "histogram record"
  | "record update"
  | "record burst of 32";

/** The groups of reads, and of the life of threads and buckets. */
export type UseName =
  | "counter read"
  | "labelled counter read, by id"
  | "labelled counter read, by labels"
  | "record read"
  | "snapshot of counters"
  | "snapshot of records"
  | "register and unregister a thread"
  | "create and destroy a bucket"
  | "create and destroy a labelled bucket"
  | "attach"
  | "attach, first lookup of 10,000";

/** The name of a group: implementations of one operation, which are compared. */
export type GroupName = UpdateName | UseName;

/** Makes a case that shares nothing with other threads. */
export function privateCase(prepare: (at: Circumstances) => Prepared): Case {
  return { share: (at) => at, prepare: (at) => prepare(at as Circumstances) };
}

/** The number of updates in a burst. */
export const burst = 32;

/** The numbers that one update of a record adds. */
export interface Delta {
  packets: number;
  bytes: number;
  errors: number;
  time: number;
}

/**
 * Makes a delta that the loop reuses, as users of the library do. The loops vary `bytes`, so that
 * no compiler can fold the delta into constants.
 */
export function makeDelta(): Delta {
  return { packets: 1, bytes: 64, errors: 2, time: 0.5 };
}

/** Makes a loop of reads, the last of which must give `expected`. */
export function readLoop(expected: number, read: (reads: number) => number): Prepared {
  let last = NaN;
  return {
    run: (reads) => void (last = read(reads)),
    total: () => last,
    expected: () => expected,
  };
}

/** A counter in a snapshot. */
export interface CounterRow {
  readonly key: string;
  readonly value: number;
}

/** A record in a snapshot, or from a read. */
export interface RecordRow {
  readonly packets: number;
  readonly bytes: number;
  readonly errors: number;
  readonly time: number;
}

/** Makes the labels of so many counters. */
export function makeKeys(buckets: number): string[] {
  return Array.from({ length: buckets }, (_, n) => `key-${n}`);
}

/** Makes a loop of snapshots, the last of which must have the total `expected`. */
export function snapshotLoop<Row>(
  expected: number,
  { take, count }: { take: () => readonly Row[]; count: (row: Row) => number },
): Prepared {
  let last: readonly Row[] = [];
  return {
    run(snapshots) {
      for (let i = 0; i < snapshots; i++) last = take();
    },
    total: () => last.reduce((total, row) => total + count(row), 0),
    expected: () => expected,
  };
}
