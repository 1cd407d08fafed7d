/**
 * One of several Deno processes, each on a port of its own behind a proxy: `deno run --allow-net
 * --allow-ffi --allow-read=FOLDER --allow-write=FOLDER examples/processes/deno.ts FILE [PORT]`.
 *
 * @module
 */
import process from "node:process";
import { makeHandler } from "./handler.ts";
import { open } from "./metrics.ts";

const [path, port = "8000"] = Deno.args;
const handler = makeHandler(await open(path), `process ${process.pid}`);
Deno.serve({ port: Number(port), hostname: "127.0.0.1" }, handler);
