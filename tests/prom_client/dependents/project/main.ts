/**
 * The client of four worker threads that run one server program: `main.ts express|nestjs|fastify`.
 * Prints, for each moment, how many requests were answered, and what a thread said of all of them.
 *
 * @module
 */
import { createRequire } from "node:module";
import { get } from "node:http";
import process from "node:process";
import { Worker } from "node:worker_threads";
import type { Moment, Report, Start } from "./types.ts";

// Before there are workers, so that they find the memory.
createRequire(import.meta.url)("prom-client");

/** A thread that has not answered by then hangs, in milliseconds. */
const LIMIT = 60_000;
const FREE = 0;
const BUSY = 1;

const program = process.argv[2];

class ServerThread {
  readonly #worker: Worker;
  readonly #port: Promise<number>;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    const workerData: Start = { program, state: this.#state };
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    this.#port = new Promise((resolve, reject) => {
      this.#worker.once("message", resolve);
      this.#worker.once("error", reject);
    });
  }

  /** The status and text of an answer. Each request has a connection of its own. */
  async get(path: string): Promise<{ status: number; text: string }> {
    const url = `http://127.0.0.1:${await this.#port}${path}`;
    return await new Promise((resolve, reject) => {
      const request = get(url, { agent: false, timeout: LIMIT }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more: string) => text += more);
        response.on("end", () => resolve({ status: response.statusCode!, text }));
        response.on("error", reject).on("aborted", () => reject(new Error("aborted")));
      });
      request.on("timeout", () => request.destroy(new Error(`${path} was not answered`)));
      request.on("error", reject);
    });
  }

  get isBusy(): boolean {
    return Atomics.load(this.#state, 0) === BUSY;
  }

  /** Has the thread compute until it is freed. */
  async makeBusy(): Promise<void> {
    this.#worker.postMessage("compute");
    await until(() => this.isBusy);
  }

  free(): void {
    Atomics.store(this.#state, 0, FREE);
  }

  async kill(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Polls, and gives up in silence: what is printed then tells more. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const limit = performance.now() + LIMIT; performance.now() < limit;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The answer to the last scrape. */
let last = "";
/** How many requests were answered, by the name of the greeted. */
const answered: Record<string, number> = {};

async function greet(thread: ServerThread, name: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const { status, text } = await thread.get(`/greet/${name}`);
    if (status !== 200 || text !== `Hello ${name}`) throw new Error(`${status}: ${text}`);
    answered[name] = (answered[name] ?? 0) + 1;
  }
}

/** How many requests a text of metrics has. */
function countedIn(text: string): number {
  const counts = text.matchAll(
    /^(?:greetings_total|http_request_duration_seconds_count)\{.*greet.*\} (\d+)$/gm,
  );
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}

const sum = () => Object.values(answered).reduce((sum, count) => sum + count, 0);

/**
 * What a thread says once it says no less than what is expected: some programs count after they
 * have answered.
 */
async function momentOf(thread: ServerThread, expected = sum()): Promise<Moment> {
  await until(async () => {
    last = (await thread.get("/metrics")).text;
    return countedIn(last) >= expected;
  });
  return { answered: { ...answered }, counted: countedIn(last) };
}

const [one, two, busy, mortal] = Array.from({ length: 4 }, () => new ServerThread());
const moments: Record<string, Moment> = {};

await Promise.all([
  greet(one, "Ada", 7),
  greet(two, "Ada", 5),
  greet(busy, "Eve", 6),
  greet(mortal, "Max", 4),
]);
moments.all = await momentOf(one);
moments.same = await momentOf(mortal);

await busy.makeBusy();
moments.busy = await momentOf(two);
await greet(one, "Ada", 3);
moments.moreWhileBusy = await momentOf(two);

// It dies in the middle of its work.
const ending = greet(mortal, "Max", 1e6).catch(() => {});
await until(() => answered.Max >= 20);
await mortal.kill();
await ending;
moments.killed = await momentOf(one, sum() - 1);
const wasBusy = busy.isBusy;

busy.free();
const lost = sum() - moments.killed.counted;
await greet(busy, "Eve", 2);
moments.freed = await momentOf(busy, sum() - lost);

const report: Report = { wasBusy, moments, text: last };
// Not before all is written: the other end of a pipe may be slow.
process.stdout.write(JSON.stringify(report) + "\n", () => process.exit(0));
