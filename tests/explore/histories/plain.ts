/**
 * Statistics with one record without labels, for histories of ids and growth.
 *
 * @module
 */
import { defineSchema, record, sum, ThreadStats } from "../../../mod.ts";
import { bytesUsed, MOST_BYTES, type Sent } from "./support.ts";

/** The schema. */
export const schema = defineSchema({ plain: record({ a: sum(), b: sum() }) });

/** Buckets of the first segment. */
export const FIRST = 64;

/** What stays with the check. */
export interface Kept {
  readonly stats: ThreadStats<typeof schema.metrics>;
  /** How many bytes were used at first. */
  readonly bytes: number;
}

/** Makes the statistics, with so many live buckets. */
export function prepare(live: number): { sent: Sent; kept: Kept } {
  const stats = ThreadStats.create(schema, { maxThreads: 3, maxByteLength: MOST_BYTES });
  const { plain } = stats.metrics;
  for (let n = 0; n < live; n++) plain.create();
  // The first segment is there in any case.
  if (live === 0) plain.destroy(plain.create());
  return { sent: { handle: stats.handle }, kept: { stats, bytes: bytesUsed(stats.handle) } };
}

/** The reader of one thread. */
export function attach({ handle }: Sent): Kept["stats"] {
  return ThreadStats.attach(schema, handle);
}
