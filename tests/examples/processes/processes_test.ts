import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime } from "../../stress/scale.ts";
import { until } from "../../support/until.ts";
import { samplesIn, sumBy } from "../http_server/samples.ts";

const PROCESSES = 3;
const REQUESTS = 60;

const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../../examples/processes/${name}.ts`, import.meta.url));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Over a connection of its own, which any of the processes may get. */
function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => text += more);
      response.on("end", () => resolve(text)).on("error", reject);
    }).on("error", reject);
  });
}

/** Starts the example of this runtime on these ports. */
function start(path: string, ports: readonly number[]): ChildProcess[] {
  const run = (name: string, args: readonly string[], flags: readonly string[] = []) =>
    spawn(process.execPath, [...flags, pathOf(name), path, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, NO_COLOR: "1" },
    });
  if (runtime !== "deno") {
    return [run(runtime === "bun" ? "bun" : "cluster", [`${ports[0]}`, `${PROCESSES}`])];
  }
  const flags = ["run", "-A", "--no-check", "--no-lock"];
  return ports.map((port) => run("deno", [`${port}`], flags));
}

describe(`examples/processes with ${PROCESSES} processes`, () => {
  it("has the totals of all processes in each, also after one was killed", async () => {
    const folder = mkdtempSync(`${tmpdir()}/thread-stats-example-`);
    const path = `${folder}/a.stats`;
    const ports = runtime === "deno"
      ? await Promise.all(Array.from({ length: PROCESSES }, freePort))
      : [await freePort()];
    const children = start(path, ports);
    const pidOf = (text: string) => Number(/Hello from process (\d+)/.exec(text)?.[1] ?? 0);
    const members = new Set<number>();
    let asked = 0;
    const hello = async () => {
      const port = ports[asked % ports.length];
      const pid = pidOf(await ask(port, "/"));
      asked++;
      if (pid > 0) members.add(pid);
    };
    try {
      await until(async () => {
        for (const port of ports) {
          if (await ask(port, "/metrics").catch(() => "") === "") return false;
        }
        return true;
      }, "all of them must answer");
      for (let n = 0; n < REQUESTS || members.size < PROCESSES; n++) await hello();

      const scrape = async (n: number) =>
        samplesIn(await ask(ports[n % ports.length], "/metrics").catch(() => ""));
      const isWhole = async () => {
        for (let n = 0; n < 4 * PROCESSES; n++) {
          const counted = sumBy(await scrape(n), "http_requests_total", ({ status }) => status);
          assertEquals(counted[200], asked);
        }
      };
      const active = async () => (await scrape(0)).get('thread_stats_threads{state="active"}');
      await isWhole();
      assertEquals(await active(), PROCESSES);

      const [victim] = members;
      process.kill(victim, "SIGKILL");
      if (runtime === "deno") ports.splice(children.findIndex(({ pid }) => pid === victim), 1);
      // node:cluster and the example for Bun start another one.
      const left = runtime === "deno" ? PROCESSES - 1 : PROCESSES;
      if (runtime !== "deno") {
        await until(async () => {
          await hello().catch(() => 0);
          return members.size > PROCESSES;
        }, "another process must take the place");
      }
      await until(async () => await active() === left, "the killed process's slot must be free");
      for (let n = 0; n < 10; n++) await hello();
      await isWhole();
    } finally {
      for (const child of children) child.kill("SIGTERM");
      // On Bun and Node the first process's children may live a moment longer.
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const pid of members) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
      rmSync(folder, { recursive: true });
    }
  });
});
