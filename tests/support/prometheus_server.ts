/**
 * A real Prometheus server for a test, and `promtool`. Both are taken from PATH: Debian's packages
 * `prometheus` has both.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** What a server is started with. */
export interface PrometheusOptions {
  /**
   * The configuration as YAML. Paths in it are relative to the folder that has the {@linkcode
   * PrometheusOptions.files}.
   */
  readonly config: string;
  /** Texts of further files by name: rules, targets. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further arguments of the program. */
  readonly args?: readonly string[];
}

/** One series at one time. Special values are `NaN`, `Infinity` and `-Infinity`. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One series over a time: pairs of seconds since 1970 and a value, in rising order. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: number])[];
}

/** From when to when, in seconds since 1970, and how far apart. */
export interface QueryRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** How a program ended. */
export interface ToolResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine under load may be slow; a program that has not answered by then hangs. */
const LIMIT_MS = 60_000;

/** How often conditions are looked at. */
const POLL_MS = 100;

/**
 * A server that runs until it is disposed of, on a free port of the loopback interface, with all
 * its files in a temporary folder.
 *
 * ```ts ignore
 * await using server = await PrometheusServer.start({ config });
 * const [total] = await server.until("sum(requests_total)", ([sum]) => sum?.value === 1000);
 * ```
 */
export class PrometheusServer implements AsyncDisposable {
  /** For example `http://127.0.0.1:9090`. */
  readonly url: string;
  /** Where the configuration and the other files are. */
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #kill: () => void;

  private constructor(url: string, folder: string, child: ChildProcess, ended: Promise<void>) {
    this.url = url;
    this.folder = folder;
    this.#child = child;
    this.#ended = ended;
    this.#kill = () => child.kill("SIGKILL");
    // A test process that ends early must not leave a server behind.
    process.once("exit", this.#kill);
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @throws {Error} When there is no `prometheus` on PATH, or when it refuses its configuration,
   * with what it said.
   */
  static async start(
    { config, files = {}, args = [] }: PrometheusOptions,
  ): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), "thread-stats-prometheus-"));
    for (const [name, text] of Object.entries({ ...files, "prometheus.yml": config })) {
      await writeFile(join(folder, name), text);
    }
    const child = spawn("prometheus", [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      "--web.listen-address=127.0.0.1:0",
      ...args,
    ], { stdio: ["ignore", "ignore", "pipe"] });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    child.once("close", () => end());
    child.once("error", () => end());
    try {
      return new PrometheusServer(await addressOf(child), folder, child, ended);
    } catch (error) {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The series that an expression gives at a time, or now. A scalar is one without labels. */
  async query(expression: string, seconds?: number): Promise<Sample[]> {
    const parameters: Record<string, string> = { query: expression };
    if (seconds !== undefined) parameters.time = String(seconds);
    const { resultType, result } = await this.#ask("query", parameters);
    if (resultType === "scalar") return [{ labels: {}, value: toNumber(result[1]) }];
    const rows = result as { metric: Record<string, string>; value: [number, string] }[];
    return rows.map(({ metric, value }) => ({ labels: metric, value: toNumber(value[1]) }));
  }

  /** The series that an expression gives at each step of a time. */
  async queryRange(expression: string, { start, end, step }: QueryRange): Promise<Series[]> {
    const range = { start: String(start), end: String(end), step: String(step) };
    const { result } = await this.#ask("query_range", { query: expression, ...range });
    const rows = result as { metric: Record<string, string>; values: [number, string][] }[];
    return rows.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([seconds, value]) => [seconds, toNumber(value)] as const),
    }));
  }

  /**
   * Asks again and again until an answer is accepted, and returns it.
   *
   * @throws {Error} When none was within a minute, with the last answer.
   */
  async until(expression: string, accept: (samples: Sample[]) => boolean): Promise<Sample[]> {
    const limit = Date.now() + LIMIT_MS;
    while (true) {
      const samples = await this.query(expression);
      if (accept(samples)) return samples;
      if (Date.now() > limit) {
        throw new Error(`${expression} had to be another, was ${JSON.stringify(samples)}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Replaces a file as a whole, so that a server that watches it never reads half of it. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, `${name}.new`), text);
    await rename(join(this.folder, `${name}.new`), join(this.folder, name));
  }

  /** Ends the server and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#kill);
    // Its data is of no further use, so it need not write it down.
    this.#kill();
    await this.#ended;
    this.#child.stderr!.destroy();
    await rm(this.folder, { recursive: true, force: true });
  }

  // deno-lint-ignore no-explicit-any
  async #ask(path: string, parameters: Record<string, string>): Promise<any> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const { status, data, error } = await response.json();
    if (status !== "success") throw new Error(`Prometheus refuses ${parameters.query}: ${error}`);
    return data;
  }
}

/** Runs `promtool` to its end. */
export async function promtool(args: readonly string[], stdin?: string): Promise<ToolResult> {
  const child = spawn("promtool", args, { stdio: "pipe", timeout: LIMIT_MS });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
  // A tool that has seen enough closes its input: what it says then tells why.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin ?? "");
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(notThere("promtool", error)));
    child.on("close", resolve);
  });
  return { status, stdout, stderr };
}

/** Reads the log for the address that the system chose, and on until the server is ready. */
function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let log = "";
  const timer = setTimeout(() => fail("it was not ready in time"), LIMIT_MS);
  function fail(reason: string): void {
    clearTimeout(timer);
    reject(new Error(`Cannot start prometheus: ${reason}\n${log}`));
  }
  function read(text: string): void {
    log += text;
    const address = /msg="Listening on" address=(\S+)/.exec(log)?.[1];
    if (address === undefined || !log.includes("Server is ready to receive web requests")) return;
    clearTimeout(timer);
    // The rest is read and dropped: a full pipe would stop the server.
    child.stderr!.off("data", read).resume();
    resolve(`http://${address}`);
  }
  child.stderr!.setEncoding("utf8").on("data", read);
  child.once("error", (error) => {
    clearTimeout(timer);
    reject(notThere("prometheus", error));
  });
  child.once("close", (status) => fail(`it ended with status ${status}`));
  return promise;
}

function notThere(program: string, cause: Error): Error {
  const remedy = "install Debian's package prometheus, or put the program on PATH";
  return new Error(`Cannot run ${program}: ${remedy} (${cause.message})`, { cause });
}

/** The API writes special values as Go does. */
function toNumber(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/, "$1Infinity"));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
