/**
 * The torture under the runtime that runs this file.
 *
 * ```sh
 * deno task torture --minutes 60                     # under Deno, Bun and Node, 20 minutes each
 * deno task torture --minutes 60 --file              # the memories are mapped files
 * deno run -A --no-check tests/torture/main.ts --minutes 1 --seed 7
 * bun tests/torture/main.ts --minutes 1
 * node tests/torture/main.ts --minutes 1
 * ```
 *
 * The seed determines what every thread does and how it ends; when something happens is up to the
 * machine.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { runtime } from "../stress/scale.ts";
import { parseTortureArguments } from "./arguments.ts";
import { report } from "./report.ts";
import { torture } from "./torture.ts";

const { minutes, seed, isFile } = parseTortureArguments(process.argv.slice(2));
const where = isFile ? "in mapped files" : "in shared memory";
console.log(`torture under ${runtime} ${where}: ${minutes} minutes, seed ${seed}`);
const start = performance.now();
const outcome = await torture({ minutes, seed, isFile });
const { text, passed, failed } = report(runtime, outcome, (performance.now() - start) / 60_000);
console.log(text);
const { TORTURE_RESULT } = process.env;
if (TORTURE_RESULT !== undefined) {
  writeFileSync(TORTURE_RESULT, JSON.stringify({ passed, failed }));
}
console.log(`${passed} passed, ${failed} failed`);
// Threads that nobody can stop would keep the process.
process.exit(failed === 0 ? 0 : 1);
