/**
 * Looks into a file with statistics, without write access, without the program's code, and without
 * the system's functions.
 *
 * For each snapshot the parts of the file that are in use are copied into private memory, which the
 * ordinary readers then read. The order of copying makes up for the copy not being made at one
 * instant:
 *
 * ```text
 * header ──▶ slots, definitions ──▶ threads' blocks ──▶ references of cells ──▶ epochs and label
 * words of buckets ──▶ labels ──▶ exemplars ──▶ tags, versions ──▶ values, records ──▶ versions ──▶
 * slots ──▶ epochs ──▶ label words ──▶ table of processes ──▶ locks
 * ```
 *
 * - A reference comes before what it refers to: `inspect_structure.ts`.
 * - A tag comes before its value, and the epoch and the tenure that it is compared with come after
 *   that: `inspect_cells.ts`.
 * - A version comes before and after its record: `inspect_versions.ts`.
 * - Names and owners are guarded likewise: `inspect_slots.ts`.
 *
 * Assumptions: those of {@linkcode FileCopy}. Writers are of this library. The file may have any
 * content; then the result may be an error, or any values.
 *
 * Guarantees: a record is a commit of its thread as a whole, or missing. A value belongs to the
 * bucket, the labels and the epoch under which it is shown. A bucket that is created or destroyed
 * meanwhile is there as a whole or not there. The totals of a view never fall, unless buckets are
 * cleared or destroyed.
 *
 * Progress: wait-free. Time and memory are limited by the size of the file. A suspended or killed
 * writer changes nothing.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { inspectable } from "../base/inspectable.ts";
import { isDamage } from "../memory/damage.ts";
import type { Snapshot } from "../snapshots/snapshot.ts";
import type { SnapshotOptions } from "../snapshots/take_snapshot.ts";
import type { StatsView } from "../thread_stats.ts";
import type { ThreadInfo } from "../threads/control_word.ts";
import { type FileProcess, readProcesses } from "./inspect_processes.ts";
import { FileReader, type MissingRecord } from "./inspect_reader.ts";
import { InspectedFile } from "./inspect_source.ts";

/** Read-only statistics in a file. Made by {@linkcode inspectFile}. */
export interface FileView extends StatsView {
  /**
   * The records that the latest snapshot could not have, because their threads committed in each of
   * 9 tries. Such a record has the value of an earlier snapshot of this view, or none. Empty before
   * the first snapshot.
   */
  missing(): readonly MissingRecord[];
  /** The processes that have opened the file, the latest one of each entry of its table. */
  processes(): readonly FileProcess[];
  /** Closes the file. After that, every method but `missing` throws. */
  close(): void;
}

/**
 * Opens a file with statistics for reading: while programs count in it, or after they have ended or
 * crashed. Nothing is written to the file, and the programs notice nothing.
 *
 * The slots of processes that have ended are shown as retired, and their gauges are not counted.
 * This needs Linux, and to be allowed to read `/proc/locks`, for which Deno asks for `--allow-all`.
 * Where it cannot be read, slots are shown as they are: a thread of a process that has ended is
 * `active`, and its gauges are counted. `processes()` tells which is the case: its `isAlive` is
 * then `undefined`.
 *
 * The view stays on the file that it has opened, also when another file is put in its place.
 *
 * Cost: a snapshot copies the parts of the file that are in use up to three times, at about 1 GB a
 * second, and as much memory stays in use. Each record that changes meanwhile takes 20 µs more.
 * Deno needs `--allow-read`; for files below `/dev`, and to read `/proc/locks`, it asks for
 * `--allow-all`.
 *
 * @param path The file.
 * @returns The statistics.
 * @throws {TypeError} When the path is no text; when the file is another one, is truncated,
 * damaged, or of another version. The methods of the view throw it, too.
 * @throws {RangeError} When there is no memory for a copy.
 * @throws {Error} When there is no file, or it may not be read.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema } from "@x/thread-stats";
 * import { inspectFile, openStats } from "@x/thread-stats/file";
 *
 * const path = `${Deno.makeTempDirSync()}/till.stats`;
 * const stats = await openStats(path, defineSchema({ sales: counter() }));
 * stats.registerThread("till").metrics.sales.add(3);
 *
 * const view = inspectFile(path); // in any program
 * assertEquals(view.snapshot().metrics.sales.series[0].value, 3);
 * assertEquals(view.threads()[0].name, "till");
 * view.close();
 * ```
 */
export function inspectFile(path: string): FileView {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(cannot("inspect a file", "the path must be a text", path));
  }
  const action = `inspect the file ${path}`;
  const file = new InspectedFile(action, path);
  let reader: FileReader;
  try {
    reader = new FileReader(file);
    named(action, () => reader.copyAll());
  } catch (error) {
    file.close();
    throw error;
  }
  const view: FileView = {
    threads: (): ThreadInfo[] => named(action, () => reader.copyThreads().threads()),
    snapshot: (options?: SnapshotOptions): Snapshot =>
      named(action, () => reader.copyAll().snapshot(options)),
    missing: () => reader.missing,
    processes: () => readProcesses(file).processes,
    close: () => file.close(),
  };
  inspectable(view, { type: "FileView", facts: () => ({ path }) });
  return Object.freeze(view);
}

/** Lets errors of damaged memory name the file. */
function named<Result>(action: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    const found = got("a damaged one");
    throw new TypeError(cannot(action, "its memory must be intact", found), { cause });
  }
}
