/**
 * Opens a file, and tells how that went: `opening.ts PATH [PLATFORM]`, or in a plain buffer:
 * `opening.ts PATH plain`.
 *
 * @module
 */
import process from "node:process";
import { counter, defineSchema } from "../../../mod.ts";
import { inPlainBuffer, WAYS } from "../../../src/file/mapping.ts";
import { openStatsBy } from "../../../src/file/open_stats.ts";

const [path, platform] = process.argv.slice(2);
const ways = platform === "plain" ? [inPlainBuffer] : WAYS;
if (platform !== undefined && platform !== "plain") {
  Object.defineProperty(process, "platform", { value: platform });
}
try {
  const stats = await openStatsBy(ways, path, defineSchema({ jobs: counter() }));
  stats.registerThread().metrics.jobs.add();
  console.log("opened", stats.metrics.jobs.read());
} catch (error) {
  console.log((error as Error).message, (error as Error).cause);
}
