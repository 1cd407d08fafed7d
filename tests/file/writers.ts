/**
 * Processes that count in a file until they are killed.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";

const PROGRAM = fileURLToPath(new URL("./programs/inspected_writer.ts", import.meta.url));

/** A folder for files with statistics: in memory where the system has such a one. */
export function makeFolder(): string {
  return mkdtempSync(`${existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/thread-stats-`);
}

/** Processes of one test. */
export class Writers implements AsyncDisposable {
  readonly #running = new Set<ChildProcess>();

  /** Starts a process that counts, and waits until it does. */
  async start(path: string, name: string, turns?: number): Promise<ChildProcess> {
    const options = runtime === "deno" ? ["run", "-A", "--no-check", "--no-lock"] : [];
    const args = [...options, PROGRAM, path, name, ...turns === undefined ? [] : [`${turns}`]];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#running.add(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`the writer ended with ${code}`)));
    });
    return child;
  }

  /** Waits until a process has ended, by itself or by the signal. */
  async end(child: ChildProcess, signal?: "SIGKILL"): Promise<void> {
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.exitCode === null && child.signalCode === null) {
      if (signal !== undefined) child.kill(signal);
      await ended;
    }
    this.#running.delete(child);
  }

  /** Kills those that still run. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) await this.end(child, "SIGKILL");
  }
}
