/**
 * The command.
 *
 * @module
 */
import process from "node:process";
import { cannot, got } from "../base/errors.ts";
import { type Command, HELP, parseArguments } from "./arguments.ts";
import { printFull, printLines } from "./lines.ts";
import { read } from "./read.ts";
import { open, type Task } from "./task.ts";
import { hasTerminal, looksOf } from "./terminal.ts";
import { top } from "./top.ts";

/** Exit statuses. */
const DONE = 0;
const NO_ANSWER = 1;
const BAD_ARGUMENTS = 2;
const ILL = 3;

/**
 * Runs the command `thread-stats`: reads the figures of a live page, or of a file with statistics,
 * and prints them, or shows them in the terminal until somebody quits. Errors go to standard error; nothing is thrown.
 *
 * Cost for the program that is watched: that of one more viewer of its page.
 *
 * @param args The arguments, such as `["read", "http://localhost:8000/live/"]`.
 * @returns The exit status: 0; 1 when there is no answer; 2 for bad arguments; 3 with `--check`
 * when a thread is blocked, stuck or silent.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { runCli } from "@x/thread-stats/cli";
 *
 * assertEquals(await runCli(["read", "no-such-file"]), 1);
 * ```
 */
export async function runCli(args: readonly string[]): Promise<number> {
  let command: Command;
  try {
    command = parseArguments(args);
  } catch (error) {
    complain((error as Error).message);
    return BAD_ARGUMENTS;
  }
  if (command.name === "help") {
    process.stdout.write(HELP);
    return DONE;
  }
  let task: Task;
  try {
    task = await open(command);
  } catch (error) {
    complain((error as Error).message);
    return NO_ANSWER;
  }
  const { failure, isIll } = await run(task);
  if (failure !== undefined) {
    const required = "a live page must answer";
    complain(cannot(`read ${command.path || command.address}`, required, got(failure)));
    return NO_ANSWER;
  }
  for (const note of task.notes()) complain(`Note: ${note}`);
  return command.check && isIll ? ILL : DONE;
}

async function run(command: Task): Promise<{ failure?: string; isIll: boolean }> {
  if (command.name === "read") {
    return { failure: await read(command, looksOf(process.env)), isIll: false };
  }
  if (command.format === "json") return await printFull(command);
  if (command.once || !hasTerminal()) return await printLines(command);
  return { failure: await top(command), isIll: false };
}

function complain(message: string): void {
  process.stderr.write(`${message}\n`);
}
