/**
 * The command in the runtime that runs the tests, alone or in a terminal; other programs in one, too.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { resultOf } from "../examples/flows/run_program.ts";
import { isMissing } from "../support/debian_tools.ts";

const COMMAND: readonly string[] = [
  process.execPath,
  ...(process.versions.deno ? ["run", "-A", "--no-check", "--no-lock"] : []),
  fileURLToPath(new URL("../../src/cli/mod.ts", import.meta.url)),
];

/** Only what is wrong takes so long to be shown: machines may be busy. */
const LIMIT_MS = 60_000;

/** Whether tests that need a terminal are to be left out. */
export const isTmuxMissing: boolean = isMissing("tmux", "-V");

/** Starts the command without a terminal. */
export function start(...args: string[]): ChildProcess {
  const [command, ...rest] = COMMAND;
  return spawn(command, [...rest, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
}

/** Runs it to its end. */
export const run = (...args: string[]) => resultOf(start(...args));

/** A terminal of `tmux`, with a server of its own, in which the command runs. */
export class Tmux implements AsyncDisposable {
  /** Test files that run at the same time may have one process. */
  readonly #socket = `thread-stats-${crypto.randomUUID()}`;

  /** The shell says how the command ended, and waits. */
  constructor(
    args: readonly string[],
    { columns, rows, command = COMMAND, env = {} }: {
      readonly columns: number;
      readonly rows: number;
      /** Another program than the command. */
      readonly command?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    },
  ) {
    const variables = Object.entries({ LC_ALL: "C.UTF-8", NO_COLOR: "", ...env }).map(([n, v]) =>
      `${n}=${v}`
    );
    const words = ["env", ...variables, ...command, ...args].map((word) => `'${word}'`);
    const after = 'echo "ended with $?"; stty -a | grep -o -e "-icanon" -e " icanon"; sleep 600';
    this.#tmux("-u", "-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`)(
      `echo before; ${words.join(" ")}; ${after}`,
    );
  }

  #tmux(...args: string[]): (...more: string[]) => string {
    return (...more) => {
      const { stdout, stderr, status } = spawnSync("tmux", ["-L", this.#socket, ...args, ...more], {
        encoding: "utf8",
        timeout: 60_000,
        env: { ...process.env, LC_ALL: "C.UTF-8" },
      });
      if (status !== 0) throw new Error(`tmux ${args[0]} failed: ${stderr}`);
      return stdout;
    };
  }

  /** Presses keys, by tmux's names for them. */
  press(...keys: string[]): void {
    this.#tmux("send-keys")(...keys);
  }

  /** Sends the command a signal. */
  signal(signal: "SIGTERM"): void {
    const shell = this.#tmux("list-panes", "-F")("#{pane_pid}").trim();
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8");
    process.kill(Number(children.trim().split(" ")[0]), signal);
  }

  /** Changes the size. */
  resize(columns: number, rows: number): void {
    this.#tmux("resize-window")("-x", `${columns}`, "-y", `${rows}`);
  }

  /** What it shows. */
  get text(): string {
    return this.#tmux("capture-pane", "-p")();
  }

  /** What it shows, with its escape sequences for styles. */
  get styled(): string {
    return this.#tmux("capture-pane", "-p", "-e")();
  }

  /** Waits until it shows something; returns the screen. */
  async shows(words: RegExp): Promise<string> {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const { text } = this;
      if (words.test(text)) return text;
      if (performance.now() > end) throw new Error(`${words} has not come:\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync("tmux", ["-L", this.#socket, "kill-server"], { stdio: "ignore", timeout: 60_000 });
    await Promise.resolve();
  }
}
