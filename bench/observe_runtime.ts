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
 * anyway. Captured with Deno 2.9.6, Node 24.21 and Bun 1.4.5 on 2 cores (AMD EPYC, KVM) that other
 * programs had loaded fully, so that each turn found cold caches; 60 s each, in % of a core:
 *
 * ```text
 *                         Deno     Node     Bun
 * without observation    0.002    0.002   0.016
 * every 1 s, more        0.069    0.048   0.023
 * every 0.1 s, more      0.272    0.207   0.202
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
