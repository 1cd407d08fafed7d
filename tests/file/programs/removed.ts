/**
 * Counts in a file that is removed meanwhile, until it cannot grow: `removed.ts PATH`.
 *
 * @module
 */
import { unlinkSync } from "node:fs";
import process from "node:process";
import { openStats } from "../../../src/file/mod.ts";
import { schemas } from "./schemas.ts";

const [path] = process.argv.slice(2);
const stats = await openStats(path, schemas.shop, { maxByteLength: 2 ** 22 });
const { first, jobs } = stats.registerThread("main").metrics;
unlinkSync(path);
let refused: unknown;
try {
  for (let n = 0; n < 10_000; n++) {
    jobs.labels({ kind: `${n} ${"x".repeat(900)}` }).add();
    first.add();
  }
} catch (error) {
  const { name, message, cause } = error as Error;
  refused = { name, message, cause: `${(cause as Error)?.cause}` };
}
first.add();
console.log(JSON.stringify({
  refused,
  isEqual: stats.metrics.first.read() === stats.metrics.jobs.read() + 1,
  count: stats.metrics.first.read(),
}));
