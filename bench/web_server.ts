/**
 * The requests per second of a web server with three metrics per request, beside the same server
 * without any. `web_server.ts [--json FILE] [--quick]`, under any runtime.
 *
 * Each server is a process of its own, and all of them run at once; one at a time gets requests, in
 * turns, so that other work of the machine disturbs all of them. The requests come from `wrk` where
 * it is installed (`apt-get install wrk`), or else from this process, which is slower than the
 * servers and then hides a part of the differences: the rows say which it was. A figure is that of
 * the server without metrics, times the median of the ratios to it in the same round. The processor
 * time of a request depends less than the requests per second on what else the machine does.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { median } from "./figures.ts";
import { finish, readSettings, type Row } from "./results.ts";
import { type Instruments, instruments } from "./web_server/instruments.ts";

const settings = readSettings();
const [seconds, rounds] = settings.quick ? [0.5, 1] : [1, 9];
const connections = 16;
const hasWrk = spawnSync("wrk", ["--version"]).error === undefined;

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly port: number;
  readonly rates: number[];
  /** Processor time of a request, in ns, by round. Only where the system tells: on Linux. */
  readonly costs: number[];
}

async function start(name: Instruments): Promise<Server> {
  const options = "Deno" in globalThis ? ["run", "-A", "--no-check", "--no-lock"] : [];
  const file = fileURLToPath(new URL("./web_server/server.ts", import.meta.url));
  const child = spawn(process.execPath, [...options, file, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await Promise.race([
    once(child.stdout!, "data"),
    once(child, "exit").then(() => {
      throw new Error(`Cannot measure a web server with ${name}: it has ended`);
    }),
  ]);
  return { name, child, port: Number(String(line)), rates: [], costs: [] };
}

/** Processor time of all threads of a process, in ns; `undefined` if the system does not tell. */
function processorTime({ pid }: ChildProcess): number | undefined {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const times = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0])
    );
    return times.reduce((sum, time) => sum + time, 0);
  } catch {
    return undefined;
  }
}

/** Measures a server for some seconds. */
async function measure({ port, child, rates, costs }: Server): Promise<void> {
  const [time, began] = [processorTime(child), performance.now()];
  const rate = await load(port, seconds);
  const lasted = (performance.now() - began) / 1000;
  rates.push(rate);
  if (time !== undefined) costs.push((processorTime(child)! - time) / (rate * lasted));
}

/** Requests per second for some seconds. */
async function load(port: number, lasting: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/items/7`;
  if (!hasWrk) return await loadFromHere(port, lasting);
  const args = ["-t1", `-c${connections}`, `-d${Math.max(1, Math.round(lasting))}s`, url];
  const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => text += chunk);
  await once(child, "close");
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`Cannot measure a web server: ${text}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
}

/** The same over connections of this process, one request at a time on each. */
async function loadFromHere(port: number, lasting: number): Promise<number> {
  const request = `GET /items/7 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
  const begin = performance.now();
  const end = begin + lasting * 1000;
  let answers = 0;
  await Promise.all(
    Array.from({ length: connections }, () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(request));
        socket.on("error", reject);
        socket.on("close", () => resolve());
        socket.on("data", () => {
          answers++;
          if (performance.now() < end) socket.write(request);
          else socket.destroy();
        });
      })),
  );
  return answers * 1000 / (performance.now() - begin);
}

const servers: Server[] = [];
try {
  for (const name of Object.keys(instruments) as Instruments[]) servers.push(await start(name));
  for (const { port } of servers) await load(port, seconds);
  for (let round = 0; round < rounds; round++) {
    // Another order in each round: the first one after a pause may get another speed.
    const turn = servers.map((_, n) => servers[(n + round) % servers.length]);
    for (const server of turn) await measure(server);
  }
} finally {
  for (const { child } of servers) child.kill();
}
const [base] = servers;
/** The base's figure times the median of the ratios to it in the same round. */
const paired = (figures: readonly number[], ofBase: readonly number[]) =>
  median(ofBase) * median(figures.map((figure, round) => figure / ofBase[round]));
const at = { load: hasWrk ? "from wrk" : "from Node's sockets", connections };
const rows = servers.flatMap(({ name, rates, costs }): Row[] => [{
  ...{ group: "web server, requests per second", name, at, unit: "requests/s", rounds: rates },
  value: paired(rates, base.rates),
}, {
  ...{ group: "web server, processor time per request", name, at, unit: "ns", rounds: costs },
  value: costs.length === 0 ? null : paired(costs, base.costs),
}]);
finish(rows, settings);
process.exit(0);
