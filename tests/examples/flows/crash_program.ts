import process from "node:process";
import { FlowRun } from "../../../examples/flows/flow_run.ts";

// Runs the example with workers that break down: FILE WORKERS SCRIPT.
const [file, workers, script] = process.argv.slice(2);
const run = new FlowRun({ workers: Number(workers), script: new URL(script, import.meta.url) });
try {
  await run.run(file);
  console.log("no error");
} catch (error) {
  console.log(String(error));
}
console.log(JSON.stringify(run.stats.threads().map(({ name, state }) => ({ name, state }))));
