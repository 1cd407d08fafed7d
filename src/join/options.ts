/**
 * Options of a join.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";

/** Options of {@linkcode ThreadStats.join} beside those of the memory, which count in the thread that makes it. */
export interface JoinOptions {
  /**
   * How long to wait for threads that are known to have joined and do not answer, in seconds; more than 0, at most 86400.
   *
   * @default {10}
   */
  timeoutSeconds?: number;
  /**
   * See {@linkcode ThreadStatsOptions.maxThreads}. More than there, as slots in quarantine count: on Deno all those of workers that were terminated in the last
   * seconds. A slot that nobody has had costs nothing.
   *
   * @default {1024}
   */
  maxThreads?: number;
  /** See {@linkcode ThreadStatsOptions.maxByteLength}. */
  maxByteLength?: number;
  /**
   * How long the slot of a thread stays unused that has ended without a proof that it has stopped, in seconds.
   *
   * @default {5}
   */
  quarantineSeconds?: number;
}

/** The longest name. */
const NAME_UNITS = 128;
const JOIN_OPTIONS: OptionNames<JoinOptions> = {
  timeoutSeconds: true,
  maxThreads: true,
  maxByteLength: true,
  quarantineSeconds: true,
};
const DEFAULTS = { timeoutSeconds: 10, maxThreads: 1024, quarantineSeconds: 5 };

/**
 * Checks a join's name and options, and completes them.
 *
 * @throws {TypeError} When something has the wrong shape.
 * @throws {RangeError} When something is out of range.
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
