/** A file as the memory: what a process counts is there after its end, and for every other process. */
import { counter, defineSchema } from "@x/thread-stats";
import { inspectFile, openStats } from "@x/thread-stats/file";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const schema = defineSchema({ jobs: counter() });
const folder = mkdtempSync(join(tmpdir(), "stats-")); // /dev/shm is best
const path = join(folder, "office.stats");

// In each process. On Node this needs the package koffi.
const stats = await openStats(path, schema);
stats.registerThread().metrics.jobs.add(3);
console.log(stats.metrics.jobs.read()); // 3

// In a monitor, or after a crash. It needs neither the schema nor the right to write.
const { metrics } = inspectFile(path).snapshot();
console.log(metrics.jobs.series[0].value); // 3

rmSync(folder, { recursive: true });
