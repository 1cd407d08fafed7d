import { spawn } from "node:child_process";
import { get } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import process from "node:process";
import { resultOf } from "../examples/flows/run_program.ts";

/** How a server ended. */
export interface ServerEnding {
  /** `null` when a signal ended it. */
  readonly status: number | null;
  readonly output: string;
}

/** A server that runs as a process of its own. */
export interface ServerProgram {
  readonly url: string;
  /** The answer to a GET over a connection of its own, from whichever thread gets that. */
  get(path: string): Promise<string>;
  /** Settles when the server has ended. */
  readonly ended: Promise<ServerEnding>;
  /** Sends one SIGINT, and waits for the end. */
  interrupt(): Promise<ServerEnding>;
  /** Ends it at once. */
  kill(): void;
}

/** Only a server that is wrong takes so long, in milliseconds. */
const LIMIT = 60_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function getAlone(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => text += more);
      response.on("end", () => resolve(text)).on("error", reject);
    }).on("error", reject);
  });
}

/** How a server is started that needs more than its arguments. */
export interface StartOptions {
  /** The folder in which it runs. */
  readonly folder?: string;
  /** What is asked for until it answers. */
  readonly readyPath?: string;
}

/** Starts a server in the runtime that runs the tests, on a port that is free, and waits until it answers. */
export async function startServerProgram(
  argsFor: (port: number) => readonly string[],
  env: Readonly<Record<string, string>> = {},
  { folder, readyPath = "" }: StartOptions = {},
): Promise<ServerProgram> {
  const port = await freePort();
  const child = spawn(process.execPath, [...argsFor(port)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", PORT: `${port}`, ...env },
  });
  let hasEnded = false;
  const ended = resultOf(child).then(({ status, stdout, stderr }) => {
    hasEnded = true;
    return { status, output: stdout + stderr };
  });
  const url = `http://127.0.0.1:${port}/`;
  const server: ServerProgram = {
    url,
    get: (path) => getAlone(url + path),
    ended,
    interrupt() {
      // Not child.kill(): on Deno that reports a death by the signal even where it was handled.
      if (!hasEnded) process.kill(child.pid!, "SIGINT");
      return ended;
    },
    kill: () => void child.kill("SIGKILL"),
  };
  for (const limit = performance.now() + LIMIT;;) {
    if (await server.get(readyPath).then(() => true, () => false)) return server;
    if (hasEnded) throw new Error(`The server ended: ${(await ended).output}`);
    if (performance.now() > limit) {
      server.kill();
      throw new Error("The server does not answer");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
