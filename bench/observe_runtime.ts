/**
 * What `observeRuntime()` costs an idle thread: the processor time of this process while it waits,
 * without an observation, with one at the default period, and with ones at shorter periods.
 *
 * ```sh
 * deno run -A bench/observe_runtime.ts [SECONDS]
 * bun bench/observe_runtime.ts
 * node bench/observe_runtime.ts
 * ```
 *
 * An idle thread is the worst case: each turn wakes it up, with cold caches. A busy thread turns
 * anyway. Captured on 2 busy cores (AMD EPYC, KVM), 20 s each, in % of a core:
 *
 * ```text
 * FIGURES
 * ```
 *
 * @module
 */
import process from "node:process";
import { counter, defineSchema, ThreadStats } from "../mod.ts";

const seconds = Number(process.argv[2] ?? 60);
const thread = ThreadStats.create(defineSchema({ jobs: counter() })).registerThread("idle");

/** Percents of a core that this process takes while it waits. */
async function idleFor(seconds: number): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - start);
}

// Until the start of the program is over, and all modules and functions that are used are there.
const start = thread.observeRuntime();
await idleFor(seconds / 4);
start.stop();
const idle = await idleFor(seconds);
console.log(`without observation   ${idle.toFixed(4)} %`);
for (const periodSeconds of [1, 0.1]) {
  const observation = thread.observeRuntime({ periodSeconds });
  const taken = await idleFor(seconds);
  observation.stop();
  const more = (taken - idle).toFixed(4);
  console.log(`every ${periodSeconds} s`.padEnd(21), ` ${taken.toFixed(4)} %, ${more} % more`);
}
