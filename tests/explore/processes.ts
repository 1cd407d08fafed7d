/**
 * Runs modules in processes of their own, as many at a time as there are processors: an exploration
 * keeps one busy.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** What a process has printed, and how it ended. */
export interface Ending {
  readonly output: string;
  readonly code: number;
}

/** Runs a module under the same runtime, for so many seconds at most. */
export function runModule(
  module: URL,
  args: readonly string[],
  limitSeconds: number,
): Promise<Ending> {
  const flags = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : [];
  const child = spawn(process.execPath, [...flags, fileURLToPath(module), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitSeconds * 1000,
    killSignal: "SIGKILL",
  });
  const parts: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => parts.push(text));
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ output: String(error), code: 1 }));
    child.on("close", (code) => resolve({ output: parts.join(""), code: code ?? 1 }));
  });
}

/** Calls `work` for each item, for as many at a time as there are processors. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  work: (item: Item, lane: number) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  const lanes = Math.max(1, Math.min(availableParallelism(), items.length));
  await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item, lane);
  }));
}
