/**
 * prom-client's API over shared memory, beside prom-client itself: `prom_client.ts [--quick]`, under
 * any runtime.
 *
 * Both are measured in one process, in turns, so that other work of the machine disturbs both. A
 * figure is the least of the rounds: what the code costs when nothing disturbs it. prom-client
 * counts for one thread, and its counts are not in shared memory.
 *
 * With one thread the face reads what it knows by itself. In the last rows another thread is
 * registered, and every scrape reads the parts of all threads.
 *
 * @module
 */
import process from "node:process";
import face from "../src/prom_client/mod.ts";
import { sharedMemory } from "../src/prom_client/memory.ts";
import { loadPackage } from "./packages.ts";

// deno-lint-ignore no-explicit-any -- two libraries of one API
type Library = any;

const loaded = await loadPackage<Library>("prom-client");
const theirs: Library = loaded.default ?? loaded;
const quick = process.argv.includes("--quick");
const rounds = quick ? 2 : 15;
const updates = quick ? 1_000 : 200_000;

const methods = ["GET", "POST", "PUT", "DELETE"];
const routes = ["/", "/cart", "/orders", "/users"];
const statuses = [200, 201, 404, 500];
const seconds = Float64Array.from({ length: 1024 }, (_, n) => n / 100);
const labelNames = ["method", "route", "status"];
const labelsAt = (n: number) => ({
  method: methods[n & 3],
  route: routes[(n >> 2) & 3],
  status: statuses[(n >> 4) & 3],
});

interface Case {
  readonly name: string;
  /** Makes a loop of so many updates. */
  make(library: Library, options: object): (updates: number) => void;
}

const cases: readonly Case[] = [
  {
    name: "`counter.inc()`",
    make: ({ Counter }, options) => {
      const metric = new Counter(options);
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.inc();
      };
    },
  },
  {
    name: "`counter.labels(a, b, c).inc()`",
    make: ({ Counter }, options) => {
      const metric = new Counter({ ...options, labelNames });
      return (updates) => {
        for (let n = 0; n < updates; n++) {
          metric.labels(methods[n & 3], routes[(n >> 2) & 3], statuses[(n >> 4) & 3]).inc();
        }
      };
    },
  },
  {
    name: "`counter.labels({ a, b, c }).inc()`",
    make: ({ Counter }, options) => {
      const metric = new Counter({ ...options, labelNames });
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.labels(labelsAt(n)).inc();
      };
    },
  },
  {
    name: "`counter.inc({ a, b, c })`",
    make: ({ Counter }, options) => {
      const metric = new Counter({ ...options, labelNames });
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.inc(labelsAt(n));
      };
    },
  },
  {
    name: "`inc()` of a kept `labels(a, b, c)`",
    make: ({ Counter }, options) => {
      const child = new Counter({ ...options, labelNames }).labels("GET", "/", 200);
      return (updates) => {
        for (let n = 0; n < updates; n++) child.inc();
      };
    },
  },
  {
    name: "`gauge.set({ a, b, c }, n)`",
    make: ({ Gauge }, options) => {
      const metric = new Gauge({ ...options, labelNames });
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.set(labelsAt(n), n);
      };
    },
  },
  {
    name: "`histogram.observe(n)`",
    make: ({ Histogram }, options) => {
      const metric = new Histogram(options);
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.observe(seconds[n & 1023]);
      };
    },
  },
  {
    name: "`histogram.observe({ a, b, c }, n)`",
    make: ({ Histogram }, options) => {
      const metric = new Histogram({ ...options, labelNames });
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.observe(labelsAt(n), seconds[n & 1023]);
      };
    },
  },
  {
    name: "`summary.observe(n)`",
    make: ({ Summary }, options) => {
      const metric = new Summary(options);
      return (updates) => {
        for (let n = 0; n < updates; n++) metric.observe(seconds[n & 1023]);
      };
    },
  },
];

const libraries = [theirs, face as Library];

function print(name: string, [theirs, ours]: readonly number[]): void {
  const figures = [theirs, ours].map((ns) =>
    ns < 1e5 ? `${ns.toFixed(1)} ns` : `${(ns / 1e6).toFixed(2)} ms`
  );
  console.log(`| ${name} | ${figures.join(" | ")} | ${(theirs / ours).toFixed(2)} × |`);
}

console.log("| call | prom-client | this face | times faster |\n| --- | ---: | ---: | ---: |");
for (const { name, make } of cases) {
  const loops = libraries.map((library) =>
    make(library, { name: "m", help: "m", registers: [new library.Registry()] })
  );
  const best = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    for (const [at, loop] of loops.entries()) {
      const start = performance.now();
      loop(updates);
      best[at] = Math.min(best[at], (performance.now() - start) * 1e6 / updates);
    }
  }
  print(name, best);
}

const registries = libraries.map(({ Registry, Counter, Histogram }) => {
  const registry = new Registry();
  const registers = [registry];
  const counter = new Counter({ name: "requests", help: "Requests", labelNames, registers });
  const histogram = new Histogram({ name: "took", help: "Took", labelNames, registers });
  for (let n = 0; n < 1000; n++) {
    counter.inc({ ...labelsAt(n), route: `/${n}` });
    if (n < 100) histogram.observe({ ...labelsAt(n), route: `/${n}` }, n / 10);
  }
  return registry;
});

async function scrape(name: string): Promise<void> {
  const best = [Infinity, Infinity];
  const texts: string[] = [];
  for (let round = 0; round < rounds * 4; round++) {
    for (const [at, registry] of registries.entries()) {
      const start = performance.now();
      texts[at] = await registry.metrics();
      best[at] = Math.min(best[at], (performance.now() - start) * 1e6);
    }
  }
  if (texts[0] !== texts[1]) throw new Error(`${name}: the two texts differ`);
  print(name, best);
}

await scrape("`registry.metrics()`, 2,400 lines");
for (const registry of registries) registry.setDefaultLabels({ app: "shop" });
await scrape("the same with a default label");
sharedMemory()!.stats.registerThread("another");
await scrape("the same, reading all threads' parts");
process.exit(0);
