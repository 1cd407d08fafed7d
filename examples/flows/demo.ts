import process from "node:process";
import { fileURLToPath } from "node:url";
import { runCommand } from "./command.ts";
import { printLines } from "./output/output.ts";

const capture = fileURLToPath(new URL("./loopback.pcap.gz", import.meta.url));

await printLines([
  "18,309 packets, captured on the loopback interface of one machine, are shared out to two workers.",
  "Each worker keeps a record per flow in memory that only it writes: no lock, no message, no shared counter.",
  "The main thread reads all of that memory and adds it up; it could do so at any time while they work.",
  "These are the flows (one direction each) with the most bytes on the wire, and the letters of all TCP flags seen:",
  "",
]);
const status = await runCommand([capture, "--workers", "2"]);
await printLines([
  "",
  "Try it on a capture of your own: deno task flows FILE --workers 4 --format tsv",
]);
process.exitCode = status;
