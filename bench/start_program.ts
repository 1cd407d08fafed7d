/**
 * A program that starts: `start_program.ts library FILE` or `start_program.ts prom-client`. Prints
 * the nanoseconds of its first import, and with the library of its first `create`, `attach` and
 * `registerThread`, as JSON. `start.ts` runs it, each time in a new process.
 *
 * @module
 */

import process from "node:process";
import type * as Library from "../mod.ts";
import { loadPackage } from "./packages.ts";

const [name, file] = process.argv.slice(2);

async function time<Result>(act: () => Result | Promise<Result>): Promise<[number, Result]> {
  const start = performance.now();
  const result = await act();
  return [(performance.now() - start) * 1e6, result];
}

const figures: Record<string, number> = {};
if (name === "prom-client") [figures.import] = await time(() => loadPackage<unknown>(name));
else {
  const [imported, library] = await time<typeof Library>(() => import(file));
  const { counter, defineSchema, histogram, record, sum, ThreadStats } = library;
  const schema = defineSchema({
    requests: counter({ labels: ["method", "route", "status"] }),
    bytes: counter(),
    latency: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
    flows: record({ packets: sum(), bytes: sum() }),
  });
  figures.import = imported;
  const [create, stats] = await time(() => ThreadStats.create(schema));
  const [attach, attached] = await time(() => ThreadStats.attach(schema, stats.handle));
  const [register, thread] = await time(() => attached.registerThread("first"));
  thread.metrics.bytes.add();
  Object.assign(figures, { create, attach, register });
}
console.log(JSON.stringify(figures));
process.exit(0);
