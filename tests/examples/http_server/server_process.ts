import process from "node:process";
import { type ProgramResult, resultOf, startProgram } from "../flows/run_program.ts";
import { type Samples, samplesIn } from "./samples.ts";

const MAIN = new URL("../../../examples/http_server/main.ts", import.meta.url);

/** Only a server that is wrong takes so long. */
const LIMIT_MS = 60_000;

/** The example, running as a process of its own in the runtime that runs the tests. */
export interface ServerProcess {
  readonly url: string;
  /** What `/metrics` tells. */
  scrape(): Promise<Samples>;
  /** Scrapes until the condition holds. */
  until(condition: (samples: Samples) => boolean): Promise<Samples>;
  /** Asks the server to end, once, and waits for that. */
  stop(signal?: "SIGINT" | "SIGTERM"): Promise<ProgramResult>;
}

/** Runs the example until it ends by itself. */
export function runServer(args: readonly string[]): Promise<ProgramResult> {
  return resultOf(startProgram(MAIN, [...args]));
}

/** Starts the example on a port that is free. */
export async function startServer(args: readonly string[]): Promise<ServerProcess> {
  const child = startProgram(MAIN, ["--port=0", ...args]);
  const result = resultOf(child);
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout!.on("data", (text: string) => {
      said += text;
      if (said.includes("\n")) resolve(said.slice(0, said.indexOf("\n")));
    });
    result.then(({ stderr }) => reject(new Error(`The server ended: ${stderr}`)), reject);
  });
  let stopped = false;
  const scrape = async () => samplesIn(await (await fetch(`${url}metrics`)).text());
  return {
    url,
    scrape,
    async until(condition) {
      const end = performance.now() + LIMIT_MS;
      for (;;) {
        const samples = await scrape();
        if (condition(samples)) return samples;
        if (performance.now() > end) {
          throw new Error(`Cannot wait for ${condition}: got ${JSON.stringify([...samples])}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    stop(signal = "SIGTERM") {
      // Not child.kill(): on Deno that reports a death by the signal even where it was handled.
      if (!stopped) process.kill(child.pid!, signal);
      stopped = true;
      return result;
    },
  };
}
