/**
 * What times the benchmarks: mitata, or, where that cannot be had, the little that is needed of it.
 *
 * @module
 */

import { loadPackage, MissingPackageError } from "./packages.ts";

/** Nanoseconds of one call. */
export interface Times {
  readonly min: number;
  readonly p50: number;
  readonly p75: number;
}

interface TimerOptions {
  /** Nanoseconds for all samples. */
  readonly min_cpu_time: number;
  readonly min_samples: number;
}

/** Calls a function again and again. */
export type Timer = (fn: () => unknown, options: TimerOptions) => Promise<Times>;

interface Mitata {
  measure(fn: () => unknown, options: object): Promise<Times>;
}

/** A timer that was found. */
export interface FoundTimer {
  readonly name: string;
  readonly time: Timer;
  /** The packages that it takes the place of. */
  readonly missing: readonly string[];
}

/** Finds mitata, or what takes its place. */
export async function findTimer(): Promise<FoundTimer> {
  try {
    const { measure } = await loadPackage<Mitata>("mitata");
    // A call is long enough to be a sample; and where mitata may not collect garbage, it would fill a gigabyte in its stead.
    return {
      name: "mitata",
      missing: [],
      time: (fn, options) => measure(fn, { ...options, batch_threshold: 0, gc: false }),
    };
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error;
    return { name: "a plain loop", time: timePlainly, missing: [error.packageName] };
  }
}

const timePlainly: Timer = async (fn, { min_cpu_time, min_samples }) => {
  const samples: number[] = [];
  for (let total = 0; total < min_cpu_time || samples.length < min_samples;) {
    const start = performance.now();
    const running = fn();
    if (running !== undefined) await running;
    const lasted = (performance.now() - start) * 1e6;
    samples.push(lasted);
    total += lasted;
  }
  samples.sort((a, b) => a - b);
  const at = (part: number) => samples[Math.floor(part * (samples.length - 1))];
  return { min: samples[0], p50: at(0.5), p75: at(0.75) };
};
