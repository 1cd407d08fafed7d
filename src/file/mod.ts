/**
 * Statistics in a file that several processes use at once, of the same or of different runtimes:
 * they count in it at the cost of threads, each of them reads all, and what a process counted is
 * there after it was killed.
 *
 * {@linkcode inspectFile} reads such a file without writing to it: beside the programs, or after
 * they have crashed.
 *
 * Linux and macOS. Deno needs `--allow-ffi` for the C library, `--allow-read` and `--allow-write`
 * for the file's folder; Node needs the package `koffi`; Bun needs nothing.
 *
 * @example Two programs count together
 * ```ts
 * import { assert } from "@std/assert";
 * import { counter, defineSchema } from "@x/thread-stats";
 * import { openStats } from "@x/thread-stats/file";
 *
 * const folder = Deno.makeTempDirSync();
 * const schema = defineSchema({ jobs: counter({ help: "Jobs done" }) });
 * const stats = await openStats(`${folder}/shop.stats`, schema); // the same in each program
 * stats.registerThread().metrics.jobs.add();
 * assert(stats.metrics.jobs.read() >= 1);
 * ```
 *
 * @module
 */
export { type FileView, inspectFile } from "./inspect_file.ts";
export type { FileProcess } from "./inspect_processes.ts";
export type { MissingRecord } from "./inspect_reader.ts";
export { type FileStatsOptions, openStats } from "./open_stats.ts";
