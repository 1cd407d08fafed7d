/**
 * The parts of a series by thread.
 *
 * @module
 */
import type { Exemplar } from "../metrics/exemplars/exemplar.ts";
import { exemplarsOf } from "../snapshots/exemplars.ts";
import { type Row, threadPartsOf } from "../snapshots/snapshot_data.ts";
import { type Family, valueOf } from "./family.ts";

/** One thread's part of a series. */
export interface ThreadSample {
  /** The name of the slot's last owner. */
  readonly thread: string;
  /**
   * The slot number as text. It must be part of the series: slots may change owners, and series
   * by name alone would decrease when one of the slots of that name gets another owner, and would
   * increase by a stranger's counts when the name moves to another slot.
   */
  readonly slot: string;
  readonly value: unknown;
  /** The latest one last. */
  readonly exemplars: readonly Exemplar[];
}

/** The parts of a series by thread; none if the snapshot was taken without `perThread`. */
export function threadSamples(family: Family, row: Row): ThreadSample[] {
  return (threadPartsOf(row) ?? []).map((part) => ({
    ...threadLabels(part),
    value: valueOf(family, part),
    exemplars: exemplarsOf(part),
  }));
}

/** The labels that name a thread. */
export function threadLabels(
  { thread, slot }: { readonly thread: string; readonly slot: number },
): Pick<ThreadSample, "thread" | "slot"> {
  // A slot has no name while its owner writes the name.
  return { thread: thread || `thread-${slot}`, slot: `${slot}` };
}
