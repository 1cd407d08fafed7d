/**
 * Several workers count at full speed while the main thread reads, and in the second half resets
 * other series. Prints what the workers say that they have counted, and what the main thread reads.
 *
 * @module
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import client from "../../../src/prom_client/mod.ts";
import { Random } from "../../support/random.ts";

const requests = new client.Counter({
  ...{ name: "requests", help: "Requests", labelNames: ["a", "b"] },
});
const took = new client.Histogram({
  ...{ name: "took", help: "Took", labelNames: ["a"], buckets: [1, 2, 3] },
});
const noise = new client.Counter({
  name: "noise",
  help: "Is reset",
  labelNames: ["id"],
});
const noisy = new client.Summary({
  name: "noisy",
  help: "Is reset",
  labelNames: ["id"],
});

const VALUES = ["x", "y", 1, "1", undefined];

function count(seed: number, updates: number): Record<string, number> {
  const random = new Random(seed);
  const counted: Record<string, number> = {};
  const add = (series: string, n: number) => counted[series] = (counted[series] ?? 0) + n;
  for (let n = 0; n < updates; n++) {
    const labels = { a: random.pick(VALUES), b: random.pick(VALUES) };
    const shown = Object.entries(labels).filter(([, text]) => text !== undefined)
      .map(([name, text]) => `${name}="${text}"`).join();
    for (const name of ["a", "b"] as const) {
      if (labels[name] === undefined) delete labels[name];
    }
    const value = random.below(4);
    requests.inc(labels, value);
    add(`requests${shown && `{${shown}}`}`, value);
    const { a = "none" } = labels;
    took.labels(a).observe(value);
    add(`took_count{a="${a}"}`, 1);
    add(`took_sum{a="${a}"}`, value);
    if (value <= 2) add(`took_bucket{le="2",a="${a}"}`, 1);
    noise.inc({ id: n % 7 });
    noisy.observe({ id: n % 7 }, value);
  }
  return counted;
}

if (isMainThread) {
  const workers = [1, 2, 3].map((seed) =>
    new Worker(new URL(import.meta.url), { workerData: seed })
  );
  const counted: Record<string, number> = {};
  let running = workers.length;
  for (const worker of workers) {
    worker.on("message", (counts: Record<string, number>) => {
      for (const [series, n] of Object.entries(counts)) {
        counted[series] = (counted[series] ?? 0) + n;
      }
      running--;
    });
  }
  let reads = 0;
  let text = "";
  let last = 0;
  while (running > 0) {
    text = await client.register.metrics();
    const total = [...text.matchAll(/^took_count\S* (\d+)$/gm)].reduce(
      (sum, [, n]) => sum + +n,
      0,
    );
    if (total < last) throw new Error(`a total fell from ${last} to ${total}`);
    last = total;
    if (++reads % 3 === 0) {
      noise.reset();
      noisy.reset();
      noise.remove({ id: 3 });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  text = await client.register.metrics();
  console.log(JSON.stringify({ counted, text, reads }));
  for (const worker of workers) await worker.terminate();
} else {
  parentPort!.postMessage(count(workerData as number, 30_000));
  setTimeout(() => {}, 600_000);
}
