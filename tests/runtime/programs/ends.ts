/**
 * A program whose main thread and worker are observed, and end by themselves. On Deno without any
 * permission the main thread alone.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { ThreadStats } from "../../../mod.ts";
import { runtimeSchema } from "../../../src/schema/runtime_metrics.ts";
import { observedSchema } from "../schema.ts";

if (isMainThread) {
  const stats = ThreadStats.create(observedSchema);
  stats.registerThread("main").observeRuntime({ periodSeconds: 0.01 });
  if (process.argv[2] !== "alone") {
    const worker = new Worker(new URL(import.meta.url), { workerData: stats.handle });
    await new Promise((resolve) => worker.on("exit", resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { threadStatsThreadEventLoopDelay: delay, threadStatsThreadCpu: cpu } =
    stats.extend(runtimeSchema).metrics;
  const measured = delay.perThread().filter(({ value }) => value.count > 0);
  const names = measured.map(({ thread }) => thread);
  console.log(JSON.stringify({ names, cpu: cpu.read() >= 0 }));
} else {
  const stats = ThreadStats.attach(observedSchema, workerData);
  stats.registerThread("worker").observeRuntime({ periodSeconds: 0.01 });
  await new Promise((resolve) => setTimeout(resolve, 200));
}
