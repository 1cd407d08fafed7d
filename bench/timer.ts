/**
 * The one way to time: mitata, under all three runtimes. Where it cannot be loaded, a plain loop
 * takes its place.
 *
 * @module
 */

import { type CaseName, groups, loadCase } from "./cases/catalogue.ts";
import { loadPackage, MissingPackageError } from "./packages.ts";
import { startPool } from "./pool.ts";

/** Nanoseconds of one call, or of one operation: the least, the median and the third quartile. */
export interface Times {
  readonly min: number;
  readonly p50: number;
  readonly p75: number;
}

/** How often {@linkcode timeCalls} calls. */
export interface CallOptions {
  /** Calls are timed until they took so many milliseconds together. @default {0} */
  readonly budgetMs?: number;
  /** The least number of timed calls. */
  readonly leastCalls: number;
  /** Runs before each call, outside of its time. */
  readonly before?: () => unknown;
}

/** How long {@linkcode timeOperations} measures. */
export interface OperationOptions {
  /**
   * Milliseconds of one sample. The default is long enough for any clock, and shorter than a time
   * slice: another program then spoils few samples, which a median ignores. @default {2}
   */
  readonly sampleMs?: number;
  /** Milliseconds before the first sample. The compilers have finished by then. @default {150} */
  readonly warmUpMs?: number;
  /** Milliseconds of all samples. @default {200} */
  readonly budgetMs?: number;
  /** The least number of samples. @default {11} */
  readonly leastSamples?: number;
}

/** What {@linkcode timeOperations} measured. */
export interface OperationTimes extends Times {
  /** Operations in one sample. */
  readonly perSample: number;
  /** Operations in all, those of the warm-up included. */
  readonly operations: number;
}

type Measure = (fn: () => unknown, options: CallOptions) => Promise<Times>;

/** What times. */
export interface Timer {
  readonly name: string;
  /** The packages that could not be loaded. */
  readonly missing: readonly string[];
  readonly measure: Measure;
}

interface Mitata {
  measure(fn: () => unknown, options: object): Promise<Times>;
}

let timer: Promise<Timer> | undefined;

/** Loads mitata, or what takes its place, once. */
export function findTimer(): Promise<Timer> {
  return timer ??= loadTimer();
}

async function loadTimer(): Promise<Timer> {
  try {
    const { measure } = await loadPackage<Mitata>("mitata");
    return {
      name: "mitata",
      missing: [],
      measure: async (fn, { budgetMs = 0, leastCalls, before }) =>
        await measure(fn, {
          min_cpu_time: budgetMs * 1e6,
          min_samples: leastCalls,
          // One call is one sample: it is long enough.
          batch_threshold: 0,
          warmup_samples: 0,
          // Where mitata cannot collect garbage, it fills a gigabyte instead.
          gc: false,
          // What a parameter is made by runs before each call.
          params: before === undefined ? {} : { 0: before },
        }),
    };
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error;
    return { name: "a plain loop", missing: [error.packageName], measure: measurePlainly };
  }
}

const measurePlainly: Measure = async (fn, { budgetMs = 0, leastCalls, before }) => {
  const samples: number[] = [];
  const call = async () => {
    await before?.();
    const start = performance.now();
    const running = fn();
    if (running instanceof Promise) await running;
    return performance.now() - start;
  };
  await call();
  for (let total = 0; total < budgetMs || samples.length < leastCalls;) {
    const lasted = await call();
    samples.push(lasted * 1e6);
    total += lasted;
  }
  samples.sort((a, b) => a - b);
  const at = (part: number) => samples[Math.floor(part * (samples.length - 1))];
  return { min: samples[0], p50: at(0.5), p75: at(0.75) };
};

/** Times a function that is long enough for a clock. Calls it once before the first timed call. */
export async function timeCalls(fn: () => unknown, options: CallOptions): Promise<Times> {
  return await (await findTimer()).measure(fn, options);
}

/** Times `run(n)`, which does `n` operations of any length and may return a promise. */
export async function timeOperations(
  run: (operations: number) => unknown,
  options: OperationOptions = {},
): Promise<OperationTimes> {
  const { sampleMs = 2, warmUpMs = 150, budgetMs = 200, leastSamples = 11 } = options;
  let perSample = 1;
  let operations = 0;
  const sample = () => {
    operations += perSample;
    return run(perSample);
  };
  const end = performance.now() + warmUpMs;
  do {
    const start = performance.now();
    await sample();
    const lasted = performance.now() - start;
    if (lasted < sampleMs / 2) perSample *= 2;
    // Code gets faster as it warms up, and the first samples may have been slow.
    else if (lasted > sampleMs * 2 && perSample > 1) perSample /= 2;
  } while (performance.now() < end);
  const { min, p50, p75 } = await timeCalls(sample, { budgetMs, leastCalls: leastSamples });
  return {
    ...{ min: min / perSample, p50: p50 / perSample, p75: p75 / perSample },
    perSample,
    operations,
  };
}

/**
 * Milliseconds of a sample in several threads: to wake them and to wait for the last takes 0.1 ms.
 */
const threadsSampleMs = 20;

/**
 * Times one operation of a case, in as many threads as its circumstances say.
 *
 * @throws {Error} When the implementation did not do what it was told to.
 */
export async function timeCase(name: CaseName, options: OperationOptions): Promise<Times> {
  const { group, implementation, at } = name;
  const { chunk } = groups[group];
  const pool = await startPool(await loadCase(group, implementation), name);
  const check = async (operations: number, last: number) => {
    const total = await pool.total();
    // Shared atomic cells have 32 bits.
    if (total !== undefined) {
      expectFigure(implementation, total | 0, pool.expected(operations, last) | 0);
    }
  };
  await pool.run(chunk);
  await check(chunk, chunk);
  const { min, p50, p75, perSample, operations } = await timeOperations(
    (chunks) => pool.run(chunks * chunk),
    { ...options, ...((at.threads ?? 1) > 1 && { sampleMs: threadsSampleMs }) },
  );
  await check((operations + 1) * chunk, perSample * chunk);
  await pool.stop();
  return { min: min / chunk, p50: p50 / chunk, p75: p75 / chunk };
}

/** Refuses to report the cost of work that was not done. */
export function expectFigure(action: string, actual: number, expected: number): void {
  if (actual !== expected) {
    throw new Error(`Cannot measure ${action}: it must give ${expected}, got ${actual}`);
  }
}
