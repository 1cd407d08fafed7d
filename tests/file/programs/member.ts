/**
 * A process that does with a file what it is told: `member.ts`. It reads commands from its standard
 * input, each a line `[NAME, ...ARGUMENTS]` of JSON, and answers each by a line `{ "is": ... }` or
 * `{ "error": [NAME, MESSAGE] }`. It ends when its input ends.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { statSync, writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import type { Thread, ThreadStats } from "../../../mod.ts";
import { WAYS } from "../../../src/file/mapping.ts";
import type { FileStatsOptions } from "../../../src/file/mod.ts";
import { openStatsBy } from "../../../src/file/open_stats.ts";
import { schemas } from "./schemas.ts";

type Shop = (typeof schemas)["shop"];

/** The other schemas have some of its metrics, with the same types or with others. */
let stats: ThreadStats<Shop["metrics"]>;
let thread: Thread<Shop["metrics"]>;
let lodger: Worker | undefined;

/** One update of everything; `first` never lags behind `second`. */
function update(kind: string): void {
  const { first, second, jobs, duration, pair } = thread.metrics;
  first.add();
  jobs.labels({ kind }).add();
  duration.record(3);
  pair.labels({ of: "all" }).update({ left: 1n, right: 3n, most: 5 });
  second.add();
}

// deno-lint-ignore no-explicit-any
const commands: Record<string, (...args: any[]) => unknown> = {
  /** By all ways to show a file, or by those from `first` on. */
  async open(
    path: string,
    name: keyof typeof schemas = "shop",
    options: FileStatsOptions = {},
    first = 0,
  ) {
    stats = await openStatsBy(WAYS.slice(first), path, schemas[name] as Shop, options);
    return stats.handle.file?.process;
  },
  /**
   * Opens one file after the other, each at the time when the gate has as many bytes, and counts in
   * it. Tells when it has done so. Returns which file it was, or why it was refused.
   */
  async race(gate: string, paths: readonly string[], options: FileStatsOptions, first: number) {
    const results: (string | readonly [string, string])[] = [];
    const asleep = new Int32Array(new SharedArrayBuffer(4));
    for (const [n, path] of paths.entries()) {
      while (statSync(gate).size <= n) Atomics.wait(asleep, 0, 0, 1);
      try {
        stats = await openStatsBy(WAYS.slice(first), path, schemas.shop, options);
        thread = stats.registerThread("racer");
        update("race");
        results.push(`${stats.handle.file!.inode}`);
      } catch (error) {
        results.push([(error as Error).name, (error as Error).message]);
      }
      writeSync(3, new Uint8Array([10]));
    }
    return results;
  },
  /** Gets a signal right before it calls a function of `node:fs` for the `times`th time. */
  signalBefore(name: string, signal: "SIGKILL" | "SIGSTOP", times = 1) {
    // deno-lint-ignore no-explicit-any -- any of its functions
    const fs = process.getBuiltinModule("node:fs") as any;
    const { [name]: call } = fs;
    fs[name] = (...args: unknown[]) => {
      if (--times === 0) {
        process.kill(process.pid, signal);
        // Another thread may get the signal.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      }
      return call(...args);
    };
  },
  /** From now on a function of `node:fs` fails. */
  refuse(name: string, code: string) {
    // deno-lint-ignore no-explicit-any -- any of its functions
    const fs = process.getBuiltinModule("node:fs") as any;
    fs[name] = () => {
      throw Object.assign(new Error(`${code}: refused`), { code });
    };
  },
  pid: () => process.pid,
  /** Goes on as another user. */
  become(user: number) {
    process.setuid!(user);
    return process.getuid!();
  },
  register(name: string) {
    thread = stats.registerThread(name);
  },
  /** Registers and unregisters threads, which take the slots that are free. */
  churn(count: number) {
    for (let n = 0; n < count; n++) {
      const passing = stats.registerThread(`passing ${n}`);
      passing.metrics.first.add();
      passing.metrics.second.add();
      passing.unregister();
    }
  },
  work() {
    thread.metrics.working.set(1);
  },
  add(count: number) {
    for (let n = 0; n < count; n++) thread.metrics.first.add();
  },
  update(count: number, kind = "some") {
    for (let n = 0; n < count; n++) update(kind);
  },
  /** Updates until it is killed. Tells every so often, after that many updates. */
  endless(kind: string, every: number) {
    thread.metrics.working.set(1);
    const bytes = new Uint8Array([10]);
    for (let n = 1;; n++) {
      update(kind);
      if (n % every === 0) writeSync(3, bytes);
    }
  },
  /** How many reads of the record were not whole, of as many as it did in that time. */
  check(milliseconds: number) {
    let [reads, torn, fell] = [0, 0, 0];
    let last = 0n;
    const { pair } = stats.metrics;
    for (const end = Date.now() + milliseconds; Date.now() < end;) {
      for (let n = 0; n < 100; n++) {
        const { left, right } = pair.read() as { left: bigint; right: bigint };
        reads++;
        if (right !== 3n * left) torn++;
        if (left < last) fell++;
        last = left;
      }
    }
    return { reads, torn, fell };
  },
  /** Makes new series until so many exist, or the memory is full. */
  grow(prefix: string, count: number) {
    for (let n = 0; n < count; n++) {
      thread.metrics.jobs.labels({ kind: `${prefix} ${n} ${"x".repeat(900)}` }).add();
    }
  },
  counts() {
    const { metrics } = stats;
    return {
      first: metrics.first.read(),
      second: metrics.second?.read(),
      jobs: metrics.jobs?.read(),
      durations: metrics.duration?.read().count,
      left: Number(metrics.pair?.read()?.left ?? 0n),
      right: Number(metrics.pair?.read()?.right ?? 0n),
      working: metrics.working?.read(),
      active: stats.threads().filter(({ state }) => state === "active").length,
    };
  },
  names: () => Object.keys(stats.snapshot().metrics),
  /** Counts in a worker, which gets the handle, or opens the file too. */
  worker(how: "handle" | "open", path: string, count: number) {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { how, path, count, handle: stats.handle },
    });
    return new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
    });
  },
  /** Has a worker open the file, register, and stay. */
  lodge(path: string) {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { how: "stay", path },
    });
    lodger = worker;
    return new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
    });
  },
  async evict() {
    await lodger!.terminate();
  },
  /** Starts a program that inherits what it can, and goes on after this process has ended. */
  child() {
    return spawn("sleep", ["600"], { stdio: "inherit", detached: true }).pid;
  },
  /** Counts in a worker that has a seat. */
  seat(count: number) {
    const { handle } = stats.reserveThread("seated");
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { how: "handle", count, handle },
    });
    return new Promise((resolve, reject) => {
      worker.once("message", resolve).once("error", reject);
    });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = JSON.parse(line);
  let answer: unknown;
  try {
    answer = { is: await commands[name](...args) };
  } catch (error) {
    answer = { error: [(error as Error).name, (error as Error).message] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit();
