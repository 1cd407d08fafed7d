/**
 * Serves the example until it is interrupted: `deno run -A --no-check examples/browser/serve.ts`,
 * `bun examples/browser/serve.ts`, `node examples/browser/serve.ts`; then open the address that it
 * prints. `[PORT] [--without-headers]` show it elsewhere, and what the library says to a page that
 * is not isolated.
 *
 * @module
 */
import process from "node:process";
import { serve } from "./server.ts";

const args = process.argv.slice(2);
const port = Number(args.find((arg) => !arg.startsWith("-")) ?? 8000);
const { url } = await serve({ port, isIsolated: !args.includes("--without-headers") });
console.log(url);
