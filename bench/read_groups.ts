/** What `reads.ts` measures, group by group: each is meant to have a process of its own. */
export const readGroups = [
  "snapshot of counters",
  "snapshot of records",
  "read of a counter",
  "read of a record",
  "threads and buckets",
  "attach",
] as const;

/** The name of a group. */
export type ReadGroup = typeof readGroups[number];
