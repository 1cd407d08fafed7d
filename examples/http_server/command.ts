import process from "node:process";
import { parseOptions, type ServeOptions, USAGE, UsageError } from "./options.ts";
import { Server } from "./server.ts";

/**
 * The command line program: serves until it is interrupted.
 *
 * @returns The exit status: 0, 1 if it could not serve, 2 for wrong arguments
 */
export async function runCommand(args: string[]): Promise<number> {
  let options: ServeOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`serve: ${error.message}\n\n${USAGE.trimEnd()}`);
    return 2;
  }
  const interruption = interrupted();
  let server: Server;
  try {
    server = await Server.start(options);
  } catch (error) {
    console.error(`serve: ${error}`);
    return 1;
  }
  console.log(server.url);
  console.log(`${options.workers} workers; figures for Prometheus at ${server.url}metrics`);
  console.log(`Look at it live at ${server.url}live/`);
  await interruption;
  await server.close();
  return 0;
}

/** Comes true at the first signal; a second one ends the process as it always does. */
function interrupted(): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) process.off(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
