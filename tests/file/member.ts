/**
 * Processes that open files with statistics, as the tests tell them.
 *
 * @module
 */
import { assert } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runtime } from "../stress/scale.ts";

const PROGRAM = fileURLToPath(new URL("./programs/member.ts", import.meta.url));

/** Only a command that hangs takes so long, in milliseconds. */
const LIMIT = 120_000;

/** A runtime's program, with its options. */
export type Command = readonly string[];

/** The options with which a runtime starts a program that opens files. */
export function commandOf(name: string, path: string): Command {
  return name === "deno" ? [path, "run", "-A", "--no-check", "--no-lock"] : [path];
}

/** The runtime that runs the tests. */
export const own: Command = commandOf(runtime, process.execPath);

/**
 * How programs are started under Deno, Bun and Node in turn. Only Deno finds the others: under these
 * it is their own runtime alone.
 */
export async function commands(): Promise<readonly Command[]> {
  if (runtime !== "deno") return [own];
  const { findRuntime } = await import("../../scripts/shared/runtimes.ts");
  const names = ["deno", "bun", "node"] as const;
  return await Promise.all(
    names.map(async (name) => commandOf(name, (await findRuntime(name)).path)),
  );
}

/** A process that opens files. */
export class Member {
  readonly child: ChildProcess;
  /** Settles with its exit code or signal. */
  readonly ended: Promise<number | string | null>;
  /** What it has reported of `endless`. */
  reports = 0;
  stderr = "";
  readonly #waiting: ((line: string) => void)[] = [];
  #hasEnded = false;

  constructor(command: Command = own) {
    const [program, ...args] = command;
    this.child = spawn(program, [...args, PROGRAM], {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    this.child.stdin!.on("error", () => {});
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => this.stderr += text);
    (this.child.stdio[3] as unknown as NodeJS.ReadableStream)
      .on("data", (bytes: Uint8Array) => this.reports += bytes.length);
    createInterface({ input: this.child.stdout! })
      .on("line", (line) => this.#waiting.shift()?.(line));
    this.ended = new Promise((resolve) => {
      // Not "close": a program that it has started may hold its pipes.
      this.child.on("exit", (code, signal) => {
        this.#hasEnded = true;
        for (const answer of this.#waiting.splice(0)) answer('{"error":["Ended",""]}');
        resolve(code ?? signal);
      });
    });
  }

  /** What the command returned. Throws the command's error, or that the process has ended. */
  // deno-lint-ignore no-explicit-any
  async call(name: string, ...args: unknown[]): Promise<any> {
    const { is, error } = await this.#send(name, args);
    if (error === undefined) return is;
    throw new Error(`${name}: ${error.join(": ")}${this.stderr}`);
  }

  /** The name and the text of the command's error. */
  async failure(name: string, ...args: unknown[]): Promise<[string, string]> {
    const { is, error } = await this.#send(name, args);
    assert(error !== undefined, `${name} must fail, and returned ${is}`);
    return error;
  }

  /** Starts a command that does not return. */
  start(name: string, ...args: unknown[]): void {
    this.child.stdin!.write(`${JSON.stringify([name, ...args])}\n`);
  }

  /** Kills it, at once and wherever it is. */
  async kill(): Promise<void> {
    if (!this.#hasEnded) process.kill(this.child.pid!, "SIGKILL");
    await this.ended;
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }

  // deno-lint-ignore no-explicit-any
  #send(name: string, args: unknown[]): Promise<any> {
    if (this.#hasEnded) throw new Error(`It has ended: ${this.stderr}`);
    return new Promise((resolve) => {
      // One that hangs is killed, which is an error of its command.
      const limit = setTimeout(() => this.kill(), LIMIT);
      this.#waiting.push((line) => {
        clearTimeout(limit);
        resolve(JSON.parse(line));
      });
      this.start(name, ...args);
    });
  }
}

/** Calls `use` with a folder that exists meanwhile, and with what starts members that end with it. */
export async function inFolder<Result>(
  use: (
    folder: string,
    join: (command?: Command) => Member,
  ) => Promise<Result>,
  parent: string = tmpdir(),
): Promise<Result> {
  const folder = mkdtempSync(`${parent}/thread-stats-file-`);
  const members: Member[] = [];
  try {
    return await use(folder, (command) => {
      members.push(new Member(command));
      return members.at(-1)!;
    });
  } finally {
    await Promise.all(members.map((member) => member.kill()));
    rmSync(folder, { recursive: true, force: true });
  }
}
