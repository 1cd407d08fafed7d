import type { Prepared } from "../case.ts";

/** A loop of reads that returns what the last of them found, which must be `expected`. */
export function found(expected: number, read: (reads: number) => number): Prepared {
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
export function foundAll<Row>(
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
