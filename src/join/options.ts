/**
 * Options of a join.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/**
 * Options of {@linkcode ThreadStats.join}. All but `timeoutSeconds` apply only in the thread that
 * creates the memory.
 */
export interface JoinOptions {
  /**
   * How long to wait for threads that have joined and do not answer, in seconds; more than 0, at
   * most 86400.
   *
   * @default {10}
   */
  timeoutSeconds?: number;
  /**
   * See {@linkcode ThreadStatsOptions.maxThreads}. The default is larger here, because slots in
   * quarantine count too: on Deno those of all workers that were terminated in the latest seconds.
   * A slot that was never used costs no memory.
   *
   * @default {1024}
   */
  maxThreads?: number;
  /** See {@linkcode ThreadStatsOptions.maxMetrics}. */
  maxMetrics?: number;
  /** See {@linkcode ThreadStatsOptions.maxByteLength}. */
  maxByteLength?: number;
  /**
   * How long the slot of an ended thread stays unused, in seconds, if there is no proof that the
   * thread has stopped.
   *
   * @default {5}
   */
  quarantineSeconds?: number;
}

/** The most UTF-16 code units of a name. */
const NAME_UNITS = 128;
const JOIN_OPTIONS: OptionNames<JoinOptions> = {
  timeoutSeconds: true,
  maxThreads: true,
  maxMetrics: true,
  maxByteLength: true,
  quarantineSeconds: true,
};
const DEFAULTS = { timeoutSeconds: 10, maxThreads: 1024, quarantineSeconds: 5 };

/**
 * Checks the name and options of a join, and fills in the defaults of its own options.
 *
 * @throws {TypeError} When the name or an option has the wrong shape, or an option is unknown.
 * @throws {RangeError} When the name or `timeoutSeconds` is out of range.
 */
export function readJoinOptions(
  name: string,
  options: JoinOptions,
): JoinOptions & { timeoutSeconds: number } {
  const action = "join the statistics";
  if (typeof name !== "string") {
    throw new TypeError(cannot(action, "their name must be a string", name));
  }
  if (name.length < 1 || name.length > NAME_UNITS) {
    throw new RangeError(
      cannot(
        action,
        `their name must have 1 to ${NAME_UNITS} UTF-16 code units`,
        got(String(name.length)),
      ),
    );
  }
  const read = { ...DEFAULTS, ...takeOptions(action, options, JOIN_OPTIONS) };
  const { timeoutSeconds } = read;
  if (typeof timeoutSeconds !== "number") {
    throw new TypeError(cannot(action, "timeoutSeconds must be a number", timeoutSeconds));
  }
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 86400)) {
    throw new RangeError(
      cannot(action, "timeoutSeconds must be more than 0 and at most 86400", timeoutSeconds),
    );
  }
  return read;
}
