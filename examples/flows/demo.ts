import process from "node:process";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { FlowRun } from "./flow_run.ts";
import { LiveServer } from "./output/live_server.ts";
import { printLines } from "./output/output.ts";

/** So long there is something to look at in a terminal. */
const SHOW_SECONDS = 15;
const PAUSE_MS = 200;

const capture = fileURLToPath(new URL("./loopback.pcap.gz", import.meta.url));

await printLines([
  "18,309 packets, captured on the loopback interface of one machine, are shared out to two workers.",
  "Each worker keeps a record per flow in memory that only it writes: no lock, no message, no shared counter.",
  "The main thread reads all of that memory and adds it up; it could do so at any time while they work.",
  "These are the flows (one direction each) with the most bytes on the wire, and the letters of all TCP flags seen:",
  "",
]);
const status = await runCommand([capture, "--workers", "2"]);
// Who sits at a terminal has a browser, and time to look. A script has neither.
if (process.stdout.isTTY) await show();
await printLines([
  "",
  "Try it on a capture of your own: deno task flows FILE --workers 4 --format tsv",
]);
process.exitCode = status;

/** Counts the capture again and again, and serves the live page meanwhile. */
async function show(): Promise<void> {
  const run = new FlowRun({ workers: 2 });
  let server: LiveServer;
  try {
    server = await LiveServer.start(run, 0);
  } catch (error) {
    await printLines(["", `There is no live page: ${error}`]);
    return;
  }
  await printLines([
    "",
    `For ${SHOW_SECONDS} s two workers count the capture again and again. Look at them live: ${server.url}live/`,
  ]);
  const end = performance.now() + SHOW_SECONDS * 1000;
  await run.run(capture, async () => {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return performance.now() < end;
  });
  server.close();
}
