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

/** What starts a TypeScript file in the runtime that runs the tests. */
export function commandFor(script: URL): string[] {
  const runtimeArgs = process.versions.deno ? ["run", "-A", "--no-check", "--no-lock"] : [];
  return [process.execPath, ...runtimeArgs, fileURLToPath(script)];
}

/** The environment in which a program finds the packages of the live page, as if they were installed for it. */
export const WITH_PACKAGES: Readonly<Record<string, string>> =
  process.versions.deno || process.versions.bun
    ? {}
    : { NODE_OPTIONS: `--import=${new URL("../../std/node_hooks.mjs", import.meta.url)}` };

/** Starts a TypeScript file in the runtime that runs the tests. */
export function startProgram(
  script: URL,
  args: string[],
  input: "ignore" | "pipe" = "ignore",
): ChildProcess {
  const [command, ...rest] = commandFor(script);
  return spawn(command, [...rest, ...args], {
    stdio: [input, "pipe", "pipe"],
    env: { ...process.env, ...WITH_PACKAGES, NO_COLOR: "1" },
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

/** The same with a standard input that gives these pieces, some time apart, and then ends. */
export async function runMainWithInput(
  pieces: Uint8Array[],
  ...args: string[]
): Promise<ProgramResult> {
  const { result, write, end } = startWithInput(args);
  for (const [i, piece] of pieces.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    write(piece);
  }
  end();
  return await result;
}

/** The same with a standard input that gives these bytes and stays open until the program has ended. */
export async function runMainWithOpenInput(
  content: Uint8Array,
  ...args: string[]
): Promise<ProgramResult> {
  const { result, write, end } = startWithInput(args);
  write(content);
  const ended = await result;
  end();
  return ended;
}

function startWithInput(args: string[]) {
  const child = startProgram(new URL("main.ts", EXAMPLE), args, "pipe");
  // A program that has seen enough closes its end.
  child.stdin!.on("error", () => {});
  return {
    result: resultOf(child),
    write: (bytes: Uint8Array) => child.stdin!.write(bytes),
    end: () => child.stdin!.end(),
  };
}
