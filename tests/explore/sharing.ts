/**
 * Which words threads share: only the order of accesses to these matters.
 *
 * @module
 */
import type { Access } from "./control.ts";

/** What was learnt from all schedules so far of one history. */
export class Sharing {
  readonly #readers = new Map<number, number>();
  readonly #writers = new Map<number, number>();
  #size = 0;

  /** Grows whenever something is learnt. */
  get size(): number {
    return this.#size;
  }

  /** Learns from a schedule. */
  learn(accesses: readonly Access[]): void {
    for (const { thread, isWrite, long } of accesses) {
      const known = isWrite ? this.#writers : this.#readers;
      const before = known.get(long) ?? 0;
      const after = before | 1 << thread;
      if (after === before) continue;
      known.set(long, after);
      this.#size++;
    }
  }

  /** Whether another thread may access the same word, and one of the two writes. */
  isShared({ thread, isWrite, long }: Access): boolean {
    const others = ~(1 << thread);
    if (((this.#writers.get(long) ?? 0) & others) !== 0) return true;
    return isWrite && ((this.#readers.get(long) ?? 0) & others) !== 0;
  }

  /** How many words are shared. */
  get words(): number {
    let count = 0;
    for (const [long, writers] of this.#writers) {
      const all = writers | (this.#readers.get(long) ?? 0);
      if ((all & (all - 1)) !== 0) count++;
    }
    return count;
  }
}

/** Whether the order of two accesses matters. */
export function conflict(one: Access, other: Access): boolean {
  return one.long === other.long && (one.isWrite || other.isWrite);
}
