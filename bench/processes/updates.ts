/**
 * What updates cost in a file beside memory of one process, in one run:
 * `deno run -A bench/processes/updates.ts [FOLDER]`, or with Bun or Node. The folder, by default
 * `/dev/shm`, is that of the file.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import process from "node:process";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { openStats } from "../../src/file/mod.ts";

const schema = defineSchema({
  jobs: counter(),
  queues: counter({ labels: ["queue", "state"] }),
  load: gauge(),
  latency: histogram({ unit: "seconds", lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  pairs: record({ once: sum(), twice: sum(), longest: max() }, { labels: ["at"] }),
});
const ROUNDS = 21;
const UPDATES = 400_000;
const SETS = 1000;

const folder = mkdtempSync(`${process.argv[2] ?? "/dev/shm"}/thread-stats-bench-`);
const places = {
  memory: ThreadStats.create(schema),
  file: await openStats(`${folder}/a.stats`, schema),
};
type Place = keyof typeof places;
const values = Float64Array.from({ length: 1024 }, (_, n) => 1 + n % 7);

function casesOf(place: Place): Record<string, () => number> {
  const { metrics } = places[place].registerThread("main");
  const queue = metrics.queues.labels({ queue: "mail", state: "done" });
  const pair = metrics.pairs.labels({ at: "all" });
  for (let n = 0; n < SETS; n++) {
    metrics.queues.labels({ queue: `${n}`, state: "x" }).add();
  }
  const times = (update: (n: number) => void) => () => {
    for (let n = 0; n < UPDATES; n++) update(n);
    return UPDATES;
  };
  return {
    "counter add": times((n) => metrics.jobs.add(values[n & 1023])),
    "labelled counter add, kept": times((n) => queue.add(values[n & 1023])),
    "labelled counter add, looked up": times((n) =>
      metrics.queues.labels({ queue: "mail", state: n & 1 ? "done" : "new" }).add()
    ),
    "gauge set": times((n) => metrics.load.set(values[n & 1023])),
    "histogram record": times((n) => metrics.latency.record(values[n & 1023])),
    "record update": times((n) => pair.update({ once: 1, twice: 2, longest: values[n & 1023] })),
    "snapshot, per series": () => {
      let rows = 0;
      for (let n = 0; n < 10; n++) rows += places[place].snapshot().metrics.queues.series.length;
      return rows;
    },
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

const cases = { memory: casesOf("memory"), file: casesOf("file") };
const taken: Record<string, Record<Place, number[]>> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const name of Object.keys(cases.memory)) {
    taken[name] ??= { memory: [], file: [] };
    // In turns, and the other one first in every second round.
    const order: Place[] = round % 2 === 0 ? ["memory", "file"] : ["file", "memory"];
    for (const place of order) {
      const start = performance.now();
      const operations = cases[place][name]();
      taken[name][place].push((performance.now() - start) * 1e6 / operations);
    }
  }
}
for (const [name, { memory, file }] of Object.entries(taken)) {
  const [ours, theirs] = [median(file.slice(3)), median(memory.slice(3))];
  console.log(
    `${name.padEnd(34)} memory ${theirs.toFixed(2).padStart(7)} ns, file ${
      ours.toFixed(2).padStart(7)
    } ns, ${(ours / theirs).toFixed(3)}`,
  );
}
rmSync(folder, { recursive: true });
