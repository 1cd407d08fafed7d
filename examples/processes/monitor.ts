/**
 * Prints the totals of all processes, and serves them, from a process that counts nothing:
 * `bun examples/processes/monitor.ts FILE [SECONDS]`, or with Node or Deno.
 *
 * @module
 */
import process from "node:process";
import { open } from "./metrics.ts";

const [path, seconds = "1"] = process.argv.slice(2);
const stats = await open(path);
let before = stats.snapshot();
setInterval(() => {
  const now = stats.snapshot();
  const { httpRequests, httpRequestDuration } = now.since(before).metrics;
  const answered = httpRequests.series.reduce((sum, { value }) => sum + value, 0);
  const median = httpRequestDuration.series[0]?.value.quantile(0.5) ?? NaN;
  const processes = stats.threads().filter(({ state }) => state === "active").length;
  console.log(`${processes} processes, ${answered} requests, half in ${median * 1e6} µs`);
  before = now;
}, Number(seconds) * 1000);
