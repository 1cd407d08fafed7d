/**
 * `Bun.spawn` and `reusePort`, on Bun: `bun examples/processes/bun.ts FILE [PORT] [PROCESSES]`. All
 * processes listen on one port, and the kernel shares out the connections (on Linux).
 *
 * @module
 */
import process from "node:process";
import { makeHandler } from "./handler.ts";
import { open } from "./metrics.ts";

declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    reusePort: boolean;
    fetch: (request: Request) => Response;
  }): unknown;
  spawn(command: string[], options: {
    env: Record<string, string | undefined>;
    stdio: ["ignore", "inherit", "inherit"];
    onExit(): void;
  }): { kill(): void };
};

const [path, port = "8000", processes = "4"] = process.argv.slice(2);
if (process.env.MEMBER === undefined) {
  const children = new Set<{ kill(): void }>();
  const start = () => {
    const child = Bun.spawn([process.execPath, process.argv[1], path, port], {
      env: { ...process.env, MEMBER: "1" },
      stdio: ["ignore", "inherit", "inherit"],
      onExit() {
        children.delete(child);
        start();
      },
    });
    children.add(child);
  };
  for (let n = 0; n < Number(processes); n++) start();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      for (const child of children) child.kill();
      process.exit();
    });
  }
} else {
  const fetch = makeHandler(await open(path), `process ${process.pid}`);
  Bun.serve({ port: Number(port), hostname: "127.0.0.1", reusePort: true, fetch });
}
