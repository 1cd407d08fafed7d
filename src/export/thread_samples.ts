/**
 * What each thread has counted.
 *
 * @module
 */
import type { ThreadValue } from "../metrics/bucket_reader.ts";
import { type Family, type Row, valueOf } from "./families.ts";

/** One thread's part of a series. */
export interface ThreadSample {
  /** The name of the slot's last owner. */
  readonly thread: string;
  /**
   * The slot, as text. Without it a series would be a name's: it would fall when one of the slots with that name got another owner, and rise by what a
   * stranger had counted when one came to it.
   */
  readonly slot: string;
  readonly value: unknown;
}

/** The parts of a series. */
export function threadSamples(family: Family, row: Row): ThreadSample[] {
  // As its own property: what stands on `Object.prototype` is no part.
  const parts: readonly ThreadValue<unknown>[] = Object.hasOwn(row, "perThread")
    ? row.perThread ?? []
    : [];
  return parts.map((part) => {
    const slot = `${part.slot}`;
    // A slot has no name in the instants in which its owner writes it.
    return { thread: part.thread || `thread-${slot}`, slot, value: valueOf(family, part) };
  });
}
