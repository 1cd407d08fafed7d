/** Under which circumstances a case runs. */
export type Circumstances = {
  /** Threads that do the work at once; 1 when it is left out. */
  readonly threads?: number;
  /** Slots in use, for a reader to look into. */
  readonly slots?: number;
  /** Buckets in use. */
  readonly buckets?: number;
};

/** One way to do it. */
export interface Case<Shared = unknown> {
  /** Makes what all threads get; it must survive structured cloning. Once, in the main thread. */
  share(at: Circumstances): Shared;
  /**
   * Makes a loop of operations, in the thread that will run it. Each case has a loop of its own, so
   * that no call site in it sees a second case's objects.
   */
  prepare(shared: Shared, thread: number): Prepared;
  /** Makes what reads all totals once, in the main thread. Only where threads contend. */
  reader?(shared: Shared): Reader;
}

/** A case that can be run. */
export interface Prepared {
  /** Does so many operations. Returns a promise only where the implementation leaves no choice. */
  run(operations: number): void | Promise<void>;
  /** A figure that shows that the work was done: mostly how often, all runs together (32 bits of it are enough). */
  total(): number | Promise<number>;
  /** What `total()` must be after so many operations in all, of which the last run did `last`; all of them when it is left out. */
  expected?(operations: number, last: number): number;
}

/** Reads while others write. */
export interface Reader {
  read(): void;
  /** How often a read was begun again because of a writer. */
  retries(): number;
}

/** The cases of one implementation by group. */
export type Cases = Readonly<Partial<Record<GroupName, Case>>>;

/** What is measured of those who write. */
export type UpdateName =
  | "counter add"
  | "labelled add, bound child"
  | "labelled add, fresh lookup"
  | "gauge set"
  | "gauge add"
  | "histogram record"
  | "record update"
  | "record burst of 32";

/** What is measured of those who read, and of the life of threads and buckets. */
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

/** What is measured. */
export type GroupName = UpdateName | UseName;

/** Makes a case that lives in the thread that runs it: one that other threads see nothing of. */
export function privateCase(prepare: (at: Circumstances) => Prepared): Case {
  return { share: (at) => at, prepare: (at) => prepare(at as Circumstances) };
}

/** The number of updates in a burst. */
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

/** A loop of reads that returns what the last of them found, which must be `expected`. */
export function readLoop(expected: number, read: (reads: number) => number): Prepared {
  let last = NaN;
  return {
    run: (reads) => void (last = read(reads)),
    total: () => last,
    expected: () => expected,
  };
}

/** What a snapshot has of a counter. */
export interface CounterRow {
  readonly key: string;
  readonly value: number;
}

/** What a snapshot has of a record, and a read gives. */
export interface RecordRow {
  readonly packets: number;
  readonly bytes: number;
  readonly errors: number;
  readonly time: number;
}

/** The labels of so many counters. */
export function makeKeys(buckets: number): string[] {
  return Array.from({ length: buckets }, (_, n) => `key-${n}`);
}

/** A loop of snapshots, of which the last must have `expected` as its total. */
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
