/**
 * Litmus tests on this machine's processor, in each runtime.
 *
 * ```sh
 * deno task litmus                           # 2 seconds for each shape
 * deno task litmus --seconds 60 deno bun     # longer, in these runtimes
 * ```
 *
 * @module
 */
import { capture } from "../../scripts/shared/process.ts";
import { findRuntime, type RuntimeName, runtimeNames } from "../../scripts/shared/runtimes.ts";
import { shapes } from "./shapes.ts";

function parseArguments(args: readonly string[]): { seconds: number; names: RuntimeName[] } {
  let seconds = 2;
  const names: RuntimeName[] = [];
  for (let n = 0; n < args.length; n++) {
    if (args[n] === "--seconds") seconds = Number(args[++n]);
    else if ((runtimeNames as readonly string[]).includes(args[n])) {
      names.push(args[n] as RuntimeName);
    } else throw new TypeError(`Cannot run: --seconds N or a runtime is required, got ${args[n]}`);
  }
  if (!(seconds > 0)) throw new RangeError("Cannot run: --seconds must be more than 0");
  return { seconds, names: names.length === 0 ? [...runtimeNames] : names };
}

const { seconds, names } = parseArguments(Deno.args);
console.log(`${Deno.build.arch}, ${navigator.hardwareConcurrency} cores, ${seconds} s each`);
let passed = 0;
let failed = 0;
for (const name of names) {
  const { path } = await findRuntime(name);
  const flags = name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
  for (const [shape, { about, isSound }] of Object.entries(shapes)) {
    const output = await capture(
      [path, ...flags, "tests/litmus/program.ts", shape, `${seconds}`],
      seconds + 120,
    );
    const seen = output === undefined ? undefined : JSON.parse(output);
    const isRight = seen !== undefined && seen.whole > 0 && (!isSound || seen.torn === 0);
    if (isRight) passed++;
    else failed++;
    const counts = seen === undefined ? "did not end" : `${seen.whole} whole, ${seen.torn} torn`;
    console.log(`${isRight ? "ok  " : "FAIL"} ${name}: ${about}: ${counts}`);
    if (!isSound) console.log("     (nothing relies on it: torn ones may be seen on AArch64)");
  }
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
