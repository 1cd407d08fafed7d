/**
 * Opens statistics in a file.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { files } from "../base/files.ts";
import { assertInteger, type OptionNames, takeOptions } from "../base/options.ts";
import { host } from "../host/host.ts";
import { holdMessages } from "../join/held_messages.ts";
import { join } from "../join/join.ts";
import type { MemoryHandle } from "../memory/shared_memory.ts";
import type { SchemaDefinition } from "../schema/definitions.ts";
import { schemaOf } from "../schema/description.ts";
import type { Schema } from "../schema/schema.ts";
import { statsOfJoined, type ThreadStats } from "../thread_stats.ts";
import { readThreadStatsOptions } from "../thread_stats_options.ts";
import { MAX_PROCESSES } from "./format.ts";
import { type Way, WAYS } from "./mapping.ts";
import { watchProcesses } from "./processes.ts";
import { receiveHandle } from "./receive.ts";
import { openStatsFile } from "./stats_file.ts";
import { loadSystem } from "./system.ts";

/**
 * Options of {@linkcode openStats}. All but `stale` and `mode` apply only to the process that makes
 * the file.
 */
export interface FileStatsOptions {
  /**
   * The most bytes to which the memory can grow, at most 4 GiB. The file has as many only when they
   * are needed.
   *
   * @default {2 ** 28}
   */
  maxByteLength?: number;
  /**
   * The most processes that use the file at a time; 1 to 512.
   *
   * @default {64}
   */
  maxProcesses?: number;
  /**
   * The mode of the file, less the process's `umask`: who else may read or write it. Whoever can
   * write it can make every process that uses it crash, so a file that others can write is refused
   * unless they can by this mode too.
   *
   * @default {0o600}
   */
  mode?: number;
  /**
   * What to do with a file that no process uses, or that has another definition of a metric of the
   * schema.
   *
   * - `continue`: the counts go on from the last commit; another definition is an error.
   * - `reset`: put a new file in its place. Processes that still use the old one, and readers of
   *   it, go on with it.
   *
   * @default {"continue"}
   */
  stale?: "continue" | "reset";
  /**
   * See {@linkcode ThreadStatsOptions.maxThreads}; of all processes together.
   *
   * @default {1024}
   */
  maxThreads?: number;
  /** See {@linkcode ThreadStatsOptions.maxMetrics}. */
  maxMetrics?: number;
  /**
   * How long the slot of a thread that has ended stays unused, in seconds, if there is no proof
   * that it has stopped. The end of a process is one.
   *
   * @default {5}
   */
  quarantineSeconds?: number;
}

const OPTIONS: OptionNames<FileStatsOptions> = {
  maxByteLength: true,
  maxProcesses: true,
  mode: true,
  stale: true,
  maxThreads: true,
  maxMetrics: true,
  quarantineSeconds: true,
};

const DEFAULTS = {
  ...{ maxByteLength: 2 ** 28, maxProcesses: 64, mode: 0o600, stale: "continue" as const },
  ...{ maxThreads: 1024, quarantineSeconds: 5 },
};

/** How long to wait for other threads of this process that have opened the file, in seconds. */
const TIMEOUT_SECONDS = 10;

/**
 * Opens the statistics in a file, or makes the file. Any process, at any time, and any number of
 * them at once. All threads of a process that open one path share one memory, as after
 * {@linkcode ThreadStats.join}; workers can also get `stats.handle`, unless the file cannot be laid
 * over shared memory (`docs/processes.md`). Metrics of the schema that the file lacks are added.
 *
 * The process stays on the file that it has opened, until it ends, also when the path leads to
 * another file by then. When it ends, however it ends, the other processes give its slots back
 * within some seconds; its counts stay, and its gauges go.
 *
 * Updates and reads cost what they cost in the memory of one process. Opening takes some
 * milliseconds.
 *
 * @typeParam Metrics The definitions of the schema.
 * @param path Where the file is or shall be. Its folder must exist; a folder in `/dev/shm`, or on
 * another file system in memory, is best.
 * @param schema From {@linkcode defineSchema}.
 * @param options Limits and modes.
 * @returns The statistics.
 * @throws {TypeError} When an argument has the wrong shape; when the file is another one, is
 * truncated, damaged, of another version, or others can write it; or when it has another definition
 * of a metric, and `stale` is not "reset".
 * @throws {RangeError} When an option is out of range, or there is no room: for the file, for one
 * more process, or for the metrics.
 * @throws {Error} When the system or the runtime refuses; the error says what to do.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema } from "@x/thread-stats";
 * import { openStats } from "@x/thread-stats/file";
 *
 * const path = `${Deno.makeTempDirSync()}/office.stats`;
 * const stats = await openStats(path, defineSchema({ jobs: counter() }));
 * stats.registerThread().metrics.jobs.add(2);
 * assertEquals(stats.metrics.jobs.read(), 2);
 * ```
 */
export async function openStats<const Metrics extends SchemaDefinition>(
  path: string,
  schema: Schema<Metrics>,
  options: FileStatsOptions = {},
): Promise<ThreadStats<Metrics>> {
  return await openStatsBy(WAYS, path, schema, options);
}

/** As {@linkcode openStats}, by some of the ways to show a file. For tests. */
export async function openStatsBy<const Metrics extends SchemaDefinition>(
  ways: readonly Way[],
  path: string,
  schema: Schema<Metrics>,
  options: FileStatsOptions = {},
): Promise<ThreadStats<Metrics>> {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(cannot("open statistics", "the path must be a text", path));
  }
  const action = `open the statistics in ${path}`;
  const checked = schemaOf(action, schema);
  const { mode, stale, maxProcesses, ...given } = readOptions(action, options);
  const limits = readThreadStatsOptions(action, given, checked);
  const release = holdMessages();
  try {
    const system = await loadSystem(action);
    const absolute = resolve(action, path);
    const opening = { action, system, path: absolute };
    const create = () =>
      openStatsFile({ ...opening, ways, schema: checked, limits, mode, stale, maxProcesses });
    const receive = (handle: MemoryHandle) => receiveHandle(opening, handle);
    const name = `file ${absolute}`;
    const joined = await join({ name, timeoutSeconds: TIMEOUT_SECONDS, create, receive });
    // Another copy of this library may have joined in this thread.
    receive(joined.handle);
    const stats = statsOfJoined(joined, checked);
    watchProcesses(system, joined);
    return stats;
  } finally {
    release();
  }
}

function readOptions(action: string, options: FileStatsOptions) {
  const read = { ...DEFAULTS, ...takeOptions(action, options, OPTIONS) };
  const { mode, stale, maxProcesses, maxByteLength } = read;
  assertInteger(action, "maxByteLength", maxByteLength, { least: 1, most: 2 ** 32 });
  assertInteger(action, "maxProcesses", maxProcesses, { least: 1, most: MAX_PROCESSES });
  assertInteger(action, "mode", mode, { least: 0o600, most: 0o777 });
  if ((mode & 0o600) !== 0o600) {
    const required = "mode must let the owner read and write";
    throw new RangeError(cannot(action, required, got(`0o${mode.toString(8)}`)));
  }
  if (stale !== "continue" && stale !== "reset") {
    throw new TypeError(cannot(action, 'stale must be "continue" or "reset"', stale));
  }
  return read;
}

/** The absolute path without links, so that all threads of a process find one memory under it. */
function resolve(action: string, path: string): string {
  const { resolve, dirname, basename } = host().process!.getBuiltinModule!("node:path") as {
    resolve(path: string): string;
    dirname(path: string): string;
    basename(path: string): string;
  };
  const { realpathSync } = files(action);
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // There is no file yet.
  }
  try {
    return `${realpathSync(dirname(absolute))}/${basename(absolute)}`;
  } catch {
    return absolute;
  }
}
