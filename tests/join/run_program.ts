/**
 * Runs programs that join, each in its own process: names are joined per process, and the tests
 * check how the process ends.
 *
 * @module
 */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";

/** How a program ended. */
export interface Ending {
  /** `null` when it had to be killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** When a program is killed because it does not end, in milliseconds. */
const LIMIT = 120_000;

/**
 * Runs `programs/NAME.ts`, or a program at another address, to its end. `flags` are options of the
 * runtime: on Deno its permissions.
 */
export function runProgram(
  name: string | URL,
  args: readonly string[] = [],
  flags: readonly string[] = runtime === "deno" ? ["-A"] : [],
): Promise<Ending> {
  const url = typeof name === "string" ? new URL(`./programs/${name}.ts`, import.meta.url) : name;
  const program = fileURLToPath(url);
  const options = runtime === "deno" ? ["run", "--no-check", "--no-lock", ...flags] : flags;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...options, program, ...args],
      { timeout: LIMIT, killSignal: "SIGKILL" },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : child.exitCode ?? null, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The JSON value that a program printed last. Throws unless its exit code is 0. */
export async function resultOf(
  name: string | URL,
  args: readonly string[] = [],
  flags?: readonly string[],
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const { code, stdout, stderr } = await runProgram(name, args, flags);
  if (code !== 0) {
    throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  }
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

/**
 * Whether the threads of this runtime can tell by a lock that another one lives: on Bun by locks of
 * a database, and not on Node before 24.5, which has no Web Locks.
 */
export const hasLocks: boolean = runtime === "bun" || navigator.locks !== undefined;

/** The kinds of workers that this runtime has. */
export const workerKinds: readonly ("node" | "web")[] = runtime === "node"
  ? ["node"]
  : ["node", "web"];
