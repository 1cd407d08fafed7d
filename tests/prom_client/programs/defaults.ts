/**
 * A main thread and two workers, all with default metrics. Prints what the main thread reads.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";
import client from "../../../src/prom_client/mod.ts";

client.collectDefaultMetrics();
new client.Gauge({ name: "up", help: "1 = up" }).set(1);
new client.Gauge({ name: "threads", help: "Threads" }).set(1);
if (isMainThread) {
  for (const _ of [1, 2]) new Worker(new URL(import.meta.url));
  const heapOf = (text: string) => Number(/^nodejs_heap_size_used_bytes (\d+)$/m.exec(text)?.[1]);
  const alone = heapOf(await client.register.metrics());
  let text = "";
  for (let n = 0; n < 600; n++) {
    text = await client.register.metrics();
    if (/^threads 3$/m.test(text) && heapOf(text) > alone * 1.2) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log(JSON.stringify({ text, resident: process.memoryUsage().rss }));
  process.exit(0);
} else {
  setTimeout(() => {}, 600_000);
}
