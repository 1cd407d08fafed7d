/**
 * Timing of something that is short: as often as a clock needs, and again until the median is worth something.
 *
 * @module
 */

import { median } from "./results.ts";

/** How long to measure. */
export interface SampleOptions {
  /**
   * Milliseconds for one sample. Long enough for any clock, and shorter than a time slice: what else the machine does then
   * spoils some samples whole, which a median does not see, rather than all in part.
   */
  readonly sampleMs?: number;
  /** Milliseconds before the first sample: the compilers have finished by then. */
  readonly warmUpMs?: number;
  /** Milliseconds for all samples. */
  readonly budgetMs?: number;
  /** Samples at least. */
  readonly least?: number;
}

/** What was measured. */
export interface Sampled {
  /** Median nanoseconds of one operation. */
  readonly ns: number;
  /** How many operations one sample was. */
  readonly perSample: number;
  /** How many operations there were in all. */
  readonly operations: number;
}

/** Measures `run(n)`, which does `n` operations and may return a promise. */
export async function sample(
  run: (operations: number) => void | Promise<void>,
  options: SampleOptions = {},
): Promise<Sampled> {
  const { sampleMs = 2, warmUpMs = 300, budgetMs = 500, least = 11 } = options;
  let perSample = 1;
  let operations = 0;
  const time = async () => {
    const before = performance.now();
    const running = run(perSample);
    if (running !== undefined) await running;
    operations += perSample;
    return performance.now() - before;
  };
  const began = performance.now();
  do {
    const lasted = await time();
    if (lasted < sampleMs / 2) perSample *= 2;
    // Code gets faster as it warms up, and the first rounds may have been slow.
    else if (lasted > sampleMs * 2 && perSample > 1) perSample >>= 1;
  } while (performance.now() - began < warmUpMs);
  const samples: number[] = [];
  const start = performance.now();
  while (
    (samples.length < least && performance.now() - start < budgetMs * 10) ||
    performance.now() - start < budgetMs
  ) samples.push(await time() * 1e6 / perSample);
  return { ns: median(samples), perSample, operations };
}
