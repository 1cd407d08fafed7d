/**
 * Measures one case in a fresh process: `measure.ts GROUP IMPLEMENTATION THREADS`. Prints the
 * nanoseconds per update and thread: the median, and the least.
 *
 * @module
 */

import process from "node:process";
import type { ImplementationName } from "./cases/all.ts";
import type { GroupName } from "./cases/case.ts";
import { startPool } from "./pool.ts";

const updates = 1_000_000;
const warmUps = 5;
const minSamples = 11;
const budgetMs = 500;

const [group, implementation, threads] = process.argv.slice(2);
const pool = await startPool(
  implementation as ImplementationName,
  group as GroupName,
  Number(threads),
);
for (let i = 0; i < warmUps; i++) pool.run(updates);
const samples: number[] = [];
const began = performance.now();
while (samples.length < minSamples || performance.now() - began < budgetMs) {
  const before = performance.now();
  pool.run(updates);
  samples.push((performance.now() - before) * 1e6 / updates);
}
samples.sort((a, b) => a - b);
console.log(JSON.stringify({ median: samples[samples.length >> 1], least: samples[0] }));
pool.stop();
process.exit(0);
