/**
 * Runs the benchmarks: `bench.ts deno|bun|node [FILTER...]`.
 *
 * @module
 */

import { filesIn } from "./_files.ts";
import { stream } from "./_process.ts";
import { findRuntime, type RuntimeName } from "./_runtimes.ts";

const [name, ...filters] = Deno.args;
const runtime = await findRuntime(name as RuntimeName);
const files = (await filesIn("bench", (path) => path.endsWith("_bench.ts")))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));

let success: boolean;
if (runtime.name === "deno") {
  const command = [runtime.path, "bench", "-A", "--no-check", "--no-lock", ...files];
  ({ success } = await stream(command, { limitMinutes: 60 }));
} else {
  // Not a literal: type checks must not have to download it.
  const specifier = ["npm:mitata", "1.0.34"].join("@");
  await import(specifier);
  const env = { MITATA_URL: import.meta.resolve(specifier) };
  success = true;
  for (const file of files) {
    const ending = await stream([runtime.path, file], { limitMinutes: 60, env });
    success &&= ending.success;
  }
}
Deno.exit(success ? 0 : 1);
