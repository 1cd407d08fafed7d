/**
 * What threads cost each other: updates of one record in 1 to 2 x cores threads, and while a reader polls it.
 * `contention.ts [--json FILE] [--quick]`, under any runtime.
 *
 * With more threads than cores, each gets less of a core, whatever it does: compare with the plain rows.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { type ImplementationName, loadCase } from "./cases/all.ts";
import { type ContentionStart, CONTROL_WORDS, RUNNING } from "./contention_worker.ts";
import { finish, median, readSettings, type Row } from "./results.ts";

const settings = readSettings();
const [lasting, repeats] = settings.quick ? [100, 1] : [400, 5];
const group = "record update";
const contenders: readonly ImplementationName[] = ["plain", "library", "mutex", "shared atomics"];

/** How the main thread reads meanwhile. */
type Polling = "nobody" | "every ms" | "no pause";

interface Outcome {
  /** Updates per second of each thread. */
  readonly rates: readonly number[];
  readonly reads: number;
  readonly retries: number;
}

/** Sleeps for real: a timer would need the event loop, and not be on time. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function measure(
  name: ImplementationName,
  threads: number,
  pollings: readonly Polling[],
): Promise<Map<Polling, Outcome>> {
  const made = await loadCase(group, name);
  const shared = made.share(threads);
  const reader = made.reader?.(shared);
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4));
  const counts = new Float64Array(new SharedArrayBuffer(threads * 128));
  const workers = await Promise.all(Array.from({ length: threads }, (_, thread) => {
    const workerData: ContentionStart = {
      control: control.buffer,
      counts: counts.buffer,
      implementation: name,
      group,
      shared,
      thread,
    };
    const worker = new Worker(new URL("./contention_worker.ts", import.meta.url), { workerData });
    return new Promise<Worker>((resolve, reject) => {
      worker.once("message", () => resolve(worker));
      worker.once("error", reject);
    });
  }));

  const read = () => Array.from({ length: threads }, (_, thread) => counts[thread * 16]);

  const round = (polling: Polling): Outcome => {
    const retriesBefore = reader?.retries() ?? 0;
    const before = read();
    const began = performance.now();
    let reads = 0;
    if (polling === "nobody") sleep(lasting);
    else {
      while (performance.now() - began < lasting) {
        reader?.read();
        reads++;
        if (polling === "every ms") sleep(1);
      }
    }
    const seconds = (performance.now() - began) / 1000;
    const rates = read().map((count, thread) => (count - before[thread]) / seconds);
    return { rates, reads, retries: (reader?.retries() ?? 0) - retriesBefore };
  };

  Atomics.store(control, RUNNING, 1);
  Atomics.notify(control, RUNNING);
  sleep(settings.quick ? 100 : 500);
  const outcomes = new Map<Polling, Outcome>();
  for (const polling of pollings) {
    const rounds = Array.from({ length: repeats }, () => round(polling));
    const total = ({ rates }: Outcome) => rates.reduce((sum, rate) => sum + rate, 0);
    outcomes.set(polling, rounds.sort((a, b) => total(a) - total(b))[repeats >> 1]);
  }
  Atomics.store(control, RUNNING, 2);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return outcomes;
}

const rows: Row[] = [];
const cores = availableParallelism();
for (let threads = 1; threads <= cores * 2; threads++) {
  for (const name of contenders) {
    const { rates } = (await measure(name, threads, ["nobody"])).get("nobody")!;
    const all = rates.reduce((sum, rate) => sum + rate, 0);
    const at = { threads };
    rows.push({ group: "contention, in all", name, at, value: all / 1e6, unit: "M updates/s" });
    const each = median(rates) / 1e6;
    rows.push({ group: "contention, per thread", name, at, value: each, unit: "M updates/s" });
  }
}
for (const name of contenders.slice(1)) {
  const outcomes = await measure(name, 1, ["nobody", "every ms", "no pause"]);
  for (const [reader, { rates, reads, retries }] of outcomes) {
    const at = { reader };
    rows.push({ group: "one writer, polled", name, at, value: 1e9 / rates[0], unit: "ns" });
    if (name !== "library" || reader === "nobody") continue;
    const value = retries / reads * 1000;
    rows.push({ group: "retries of a read", name, at, value, unit: "per 1000 reads" });
  }
}
finish(rows, settings);
process.exit(0);
