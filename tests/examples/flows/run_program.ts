import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The example's folder. */
export const EXAMPLE = new URL("../../../examples/flows/", import.meta.url);

export interface ProgramResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Starts a TypeScript file in the runtime that runs the tests. */
export function startProgram(script: URL, args: string[]): ChildProcess {
  const runtimeArgs = process.versions.deno ? ["run", "-A", "--no-check", "--no-lock"] : [];
  return spawn(process.execPath, [...runtimeArgs, fileURLToPath(script), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** What a started program prints, and its status when it has ended. */
export async function resultOf(child: ChildProcess): Promise<ProgramResult> {
  let stdout = "";
  let stderr = "";
  child.stdout!.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr!.setEncoding("utf8").on("data", (text: string) => stderr += text);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { status, stdout, stderr };
}

/** Runs `main.ts` to its end. */
export function runMain(...args: string[]): Promise<ProgramResult> {
  return resultOf(startProgram(new URL("main.ts", EXAMPLE), args));
}
