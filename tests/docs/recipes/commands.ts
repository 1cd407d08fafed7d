/**
 * How the recipes' programs are started, in the runtime that runs the tests.
 *
 * @module
 */
import { execFile } from "node:child_process";
import process from "node:process";
import { runtime } from "../../stress/scale.ts";

const hooks = new URL("./node_hooks.mjs", import.meta.url).href;

/** Arguments of the runtime that run a program in the current folder. */
export function programCommand(file: string): readonly string[] {
  if (runtime === "deno") return ["run", "-A", "--no-check", file];
  return runtime === "node" ? [`--import=${hooks}`, file] : [file];
}

/** The same for a server; Deno serves what a module exports by a command of its own. */
export function serverCommand(file: string, port: number, isExported: boolean): readonly string[] {
  if (runtime !== "deno" || !isExported) return programCommand(file);
  return ["serve", "-A", "--no-check", "--parallel", `--port=${port}`, file];
}

/** A program that has not ended by then hangs, in milliseconds. */
const LIMIT = 120_000;

/** Runs the runtime in a folder to its end. */
export function run(
  folder: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; output: string }> {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...variables };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...args],
      { cwd: folder, env, timeout: LIMIT, killSignal: "SIGKILL" },
      (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : child.exitCode, output: stdout + stderr }),
    );
    child.stdin?.end();
  });
}
