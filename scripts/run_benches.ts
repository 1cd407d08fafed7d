/**
 * Runs the benchmarks: `run_benches.ts deno|bun|node [FILTER...]`.
 *
 * @module
 */

import { installPackages } from "../bench/install.ts";
import { filesIn } from "./_files.ts";
import { stream } from "./_process.ts";
import { findRuntime, type RuntimeName } from "./_runtimes.ts";

const [name, ...filters] = Deno.args;
const runtime = await findRuntime(name as RuntimeName);
const files = (await filesIn("bench", (path) => path.endsWith("_bench.ts")))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
const start = runtime.name === "deno"
  ? [runtime.path, "bench", "-A", "--no-check", "--no-lock"]
  : [runtime.path];

await installPackages();
let success = true;
// One process each: what a compiler learns from one group must not slow the next.
for (const file of files) {
  const ending = await stream([...start, file], { limitMinutes: 60 });
  success &&= ending.success;
}
Deno.exit(success ? 0 : 1);
