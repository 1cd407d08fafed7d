/**
 * The torture under Deno, Bun and Node, one after the other.
 *
 * ```sh
 * deno task torture --minutes 60                 # 20 minutes each
 * deno task torture --minutes 1 --seed 7 bun     # one runtime, a known seed
 * deno task torture --minutes 60 --file          # in mapped files
 * ```
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { installPackages } from "../../scripts/shared/packages.ts";
import { stream } from "../../scripts/shared/process.ts";
import { findRuntime, type RuntimeName, runtimeNames } from "../../scripts/shared/runtimes.ts";
import { parseTortureArguments } from "./arguments.ts";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));
/** Where the package is that Node needs for files. */
const folder = "tests/file";
/** How much longer than it should a runtime may take before it is taken to hang. */
const GRACE_MINUTES = 5;

const { minutes, seed, isFile, names } = parseTortureArguments(Deno.args);
for (const name of names) {
  if (!runtimeNames.includes(name as RuntimeName)) throw new TypeError(`Unknown runtime ${name}`);
}
const wanted = names.length === 0 ? runtimeNames : names as RuntimeName[];
const share = minutes / wanted.length;

if (isFile) await installPackages(folder);
let passed = 0;
let failed = 0;
for (const name of wanted) {
  const result = await Deno.makeTempFile({ prefix: "thread-stats-", suffix: ".json" });
  try {
    const { path } = await findRuntime(name);
    const ending = await stream([
      ...[path, ...(name === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [])],
      ...[program, "--minutes", String(share), "--seed", String(seed)],
      ...isFile ? ["--file"] : [],
    ], { limitMinutes: share + GRACE_MINUTES, env: { TORTURE_RESULT: result }, folder });
    const text = await Deno.readTextFile(result);
    if (text === "") {
      console.log(`${name}: the torture ${ending.reason} and reported nothing`);
      failed++;
      continue;
    }
    const counts = JSON.parse(text);
    passed += counts.passed;
    failed += counts.failed;
    if (!ending.success && counts.failed === 0) {
      console.log(`${name}: the torture ${ending.reason} though nothing had failed`);
      failed++;
    }
  } catch (error) {
    console.log((error as Error).message);
    failed++;
  } finally {
    await Deno.remove(result).catch(() => {});
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
