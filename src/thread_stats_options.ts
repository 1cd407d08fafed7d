/**
 * The options of `ThreadStats.create`.
 *
 * @module
 */
import { assertInteger, type OptionNames, takeOptions } from "./base/options.ts";
import { MAX_METRICS, MAX_THREADS } from "./memory/header.ts";
import type { Schema } from "./schema/schema.ts";

/** Options of {@linkcode ThreadStats.create}. */
export interface ThreadStatsOptions {
  /**
   * The most threads that are registered or reserved at a time; 1 to 65536. Each costs 256 bytes,
   * used or not.
   *
   * @default {64}
   */
  maxThreads?: number;
  /**
   * The most metrics that all schemas together can define; 1 to 65536. Each costs 4 bytes, defined
   * or not. By default 1024, or as many as the schema has if those are more.
   *
   * @default {1024}
   */
  maxMetrics?: number;
  /**
   * The most bytes to which the shared memory can grow; less than 8 GiB, and engines may allow
   * less. This reserves address space. Memory is used only as it is needed.
   *
   * @default {2 ** 30}
   */
  maxByteLength?: number;
  /**
   * How long the slot of a revoked thread stays unused, in seconds, unless the revoker knows that
   * the thread has stopped.
   *
   * Each thread measures this time by its own clock, which nobody can set: the revoking thread from
   * `revoke()` on, others from when they first find the slot revoked. `registerThread`,
   * `reserveThread`, `threads` and `snapshot` check it. So the slot stays unused for longer if no
   * thread calls any of these.
   *
   * @default {60}
   */
  quarantineSeconds?: number;
}

const CREATE_OPTIONS: OptionNames<ThreadStatsOptions> = {
  maxThreads: true,
  maxMetrics: true,
  maxByteLength: true,
  quarantineSeconds: true,
};

/**
 * Checks options, and fills in the defaults for a schema.
 *
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 */
export function readThreadStatsOptions(
  action: string,
  options: ThreadStatsOptions,
  { metrics }: Schema,
): Required<ThreadStatsOptions> {
  const {
    maxThreads = 64,
    maxMetrics = Math.max(1024, Object.keys(metrics).length),
    maxByteLength = 2 ** 30,
    quarantineSeconds = 60,
  } = takeOptions(action, options, CREATE_OPTIONS);
  assertInteger(action, "maxThreads", maxThreads, { least: 1, most: MAX_THREADS });
  assertInteger(action, "maxMetrics", maxMetrics, { least: 1, most: MAX_METRICS });
  assertInteger(action, "maxByteLength", maxByteLength, { least: 1, most: 2 ** 33 - 1 });
  assertInteger(action, "quarantineSeconds", quarantineSeconds, { least: 0, most: 2 ** 30 });
  return { maxThreads, maxMetrics, maxByteLength, quarantineSeconds };
}
