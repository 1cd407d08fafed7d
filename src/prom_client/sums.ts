/**
 * Sums of observed values in shared memory. Counters there only rise, so negative values have a sum
 * of their own.
 *
 * @module
 */
import type { CounterWriter } from "../metrics/writer_types.ts";
import type { Publication } from "./publication.ts";
import type { Part } from "./storage_index.ts";

const POSITIVE = "+";
const NEGATIVE = "-";
const COUNT = "#";

/** This thread's sum of one series. */
export class SharedSum {
  readonly #publication: Publication;
  readonly #text: string;
  readonly #positive: CounterWriter | undefined;
  #negative: CounterWriter | undefined = undefined;

  constructor(publication: Publication, text: string, sum: number) {
    this.#publication = publication;
    this.#text = text;
    this.#positive = publication.writer("sums", text, POSITIVE);
    if (sum !== 0 && sum - sum === 0) this.add(sum);
  }

  /**
   * Adds a finite value.
   *
   * @throws {RangeError} When another thread has reset the series.
   */
  add(value: number): void {
    if (value >= 0) {
      this.#positive?.add(value);
      return;
    }
    this.#negative ??= this.#publication.writer("sums", this.#text, NEGATIVE);
    this.#negative?.add(-value);
  }
}

/** The writer of a count. */
export function countWriter(
  publication: Publication,
  text: string,
): CounterWriter | undefined {
  return publication.writer("sums", text, COUNT);
}

/** Takes the sums and the count of a series back. */
export function releaseSums(publication: Publication, text: string): void {
  for (const part of [POSITIVE, NEGATIVE, COUNT]) {
    publication.release("sums", text, part);
  }
}

/** The sum that one slot has. */
export function sumOf(
  parts: readonly Part<number>[] | undefined,
  slot: number,
): number {
  let sum = 0;
  for (const { slot: at, part, value } of parts ?? []) {
    if (at === slot && part !== COUNT) {
      sum += part === NEGATIVE ? -value : value;
    }
  }
  return sum;
}

/** The count that one slot has. */
export function countOf(
  parts: readonly Part<number>[] | undefined,
  slot: number,
): number {
  return parts?.find(({ slot: at, part }) => at === slot && part === COUNT)
    ?.value ?? 0;
}
