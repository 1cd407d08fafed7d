import process from "node:process";
import { STANDARD_INPUT } from "./capture/open_source.ts";
import { readFlows } from "./output/flow_row.ts";
import { FlowRun } from "./flow_run.ts";
import { formatFlows } from "./output/format.ts";
import { LiveServer } from "./output/live_server.ts";
import { type FlowOptions, parseOptions, USAGE, UsageError } from "./options.ts";
import { printLines } from "./output/output.ts";
import { formatRate, ProgressBar } from "./output/progress_bar.ts";

/**
 * The command line program.
 *
 * @returns The exit status: 0, 1 if anything could not be read, 2 for wrong arguments
 */
export async function runCommand(args: string[]): Promise<number> {
  let options: FlowOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`flows: ${error.message}\n\n${USAGE.trimEnd()}`);
    return 2;
  }
  // A reader that has seen enough, such as `head`, is no error.
  process.stdout.on("error", () => {});
  const run = new FlowRun(options);
  let server: LiveServer | undefined;
  try {
    if (options.serve !== undefined) {
      server = await LiveServer.start(run, options.serve);
      say(`serving ${server.url}`);
      say(`live page: ${server.url}live/`);
    }
  } catch (error) {
    say(`flows: ${error}`);
    return 1;
  }
  const status = await count(run, options);
  await report(run, options);
  if (server) {
    const interruption = interrupted();
    say("serving until interrupted");
    await interruption;
    server.close();
  }
  return status;
}

async function count(run: FlowRun, options: FlowOptions): Promise<number> {
  const bar = process.stderr.isTTY ? new ProgressBar(run) : undefined;
  const errors: unknown[] = [];
  try {
    await run.run(options.file);
  } catch (error) {
    errors.push(error);
  }
  errors.unshift(...run.undecoded);
  bar?.stop();
  const file = options.file === STANDARD_INPUT ? "standard input" : options.file;
  for (const error of errors) say(`flows: ${file}: ${error}`);
  return errors.length > 0 ? 1 : 0;
}

async function report(run: FlowRun, options: FlowOptions): Promise<void> {
  const { rows, overflow } = readFlows(run.stats);
  const { packets, bytes, malformed } = run.stats.metrics;
  const total = packets.read();
  if (overflow > 0n) {
    say(`flows: warning: ${overflow} packets belong to flows beyond the limit and are not listed`);
  }
  say(
    `${total} packets, ${bytes.read()} bytes, ${rows.length} flows, ${malformed.read()} malformed, ` +
      `${run.seconds.toFixed(3)} s, ${formatRate(total / run.seconds)}`,
  );
  // A consumer that closed the pipe wants no more of it.
  await printLines(formatFlows(options.format, rows)).catch(() => {});
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
