import process from "node:process";
import { runCommand } from "./command.ts";

// Not only the status: a worker that hangs would keep the process alive.
process.exit(await runCommand(process.argv.slice(2)));
