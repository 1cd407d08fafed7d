/**
 * Opens a file, and tells how that went: `opening.ts PATH [PLATFORM]`.
 *
 * @module
 */
import process from "node:process";
import { counter, defineSchema } from "../../../mod.ts";
import { openStats } from "../../../src/file/mod.ts";

const [path, platform] = process.argv.slice(2);
if (platform !== undefined) Object.defineProperty(process, "platform", { value: platform });
try {
  const stats = await openStats(path, defineSchema({ jobs: counter() }));
  stats.registerThread().metrics.jobs.add();
  console.log("opened", stats.metrics.jobs.read());
} catch (error) {
  console.log((error as Error).message, (error as Error).cause);
}
