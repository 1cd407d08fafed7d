/**
 * What plain `deno test` and plain `bun test` find: `deno.json` and `bunfig.toml` name this folder. It runs the suite as `deno task test` does, since
 * the runners' defaults do not fit: the tests need permissions on Deno, more than 5 s on Bun, packages in both, and stand-ins where JSR does not answer.
 *
 * Words after `--` are filters: `deno test -A -- arena`.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  isLong,
  meteredFirst,
  needsPackages,
  packageFolders,
  programFolders,
  testTimeoutMs,
} from "../../scripts/shared/suite.ts";

const cwd = fileURLToPath(new URL("../../", import.meta.url));

/** Whether what a folder's tests need is there, or could be installed. */
function hasPackages(folder: string): boolean {
  if (existsSync(`${cwd}${folder}/node_modules`)) return true;
  const options = ["install", "--no-save", "--silent", "--cwd", folder];
  return spawnSync(process.execPath, options, { cwd, timeout: 60_000 }).status === 0;
}

if ("Deno" in globalThis) {
  // At a terminal this asks once.
  const { state } = await Deno.permissions.request({ name: "run" });
  if (state !== "granted") {
    console.error(
      "The suite starts threads and programs: run `deno test -A`, or `deno task test` for all runtimes. " +
        "Where JSR does not answer, both use the stand-ins in tests/std.",
    );
    Deno.exit(1);
  }
  Deno.test("the suite, as `deno task test deno` runs it", async () => {
    // Not by `node:child_process`, which needs more permissions than the one that was asked for.
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "scripts/test.ts", "deno", "--", ...Deno.args],
      cwd: new URL("../../", import.meta.url),
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn().status;
    if (code !== 0) throw new Error(`Cannot pass: all tests must, got status ${code}`);
  });
} else {
  const { test } = await import("bun:test" as string);
  const missing = [...packageFolders, ...programFolders].filter((folder) => !hasPackages(folder));
  if (missing.length > 0) {
    console.error(`Left out, as npm does not answer for their packages: ${missing.join(", ")}`);
  }
  const files = readdirSync(cwd, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("_test.ts") && !path.includes("node_modules") && !isLong(path) &&
    !missing.some((folder) => needsPackages(path, folder))
  );
  test("the suite", async () => {
    const options = ["test", `--timeout=${testTimeoutMs}`];
    const child = spawn(
      process.execPath,
      [...options, ...meteredFirst(files.sort()).map((file) => `./${file}`)],
      { cwd, stdio: ["ignore", "inherit", "inherit"] },
    );
    const [status, signal] = await once(child, "exit");
    if (status !== 0) {
      throw new Error(`Cannot pass: all tests must, got ${signal ?? `status ${status}`}`);
    }
  }, testTimeoutMs * 10);
}
