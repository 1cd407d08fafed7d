/**
 * Looks into a file, and prints what it has seen as JSON: `inspected_reader.ts PATH [UID]`. With a
 * user's number it becomes that user first.
 *
 * @module
 */
import process from "node:process";
import { inspectFile } from "../../../src/file/inspect_file.ts";

const [path, user] = process.argv.slice(2);
if (user !== undefined) process.seteuid!(Number(user));
const view = inspectFile(path);
const { metrics } = view.snapshot();
console.log(JSON.stringify({
  updates: metrics.updates.series[0].value,
  level: metrics.level.series[0].value,
  threads: view.threads().map(({ name, state }) => `${name} ${state}`),
  processes: view.processes().map(({ isAlive }) => isAlive),
}, (_, value) => value === undefined ? null : value));
