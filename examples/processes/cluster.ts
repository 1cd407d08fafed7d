/**
 * `node:cluster`, on Node: `node examples/processes/cluster.ts FILE [PORT] [PROCESSES]`. The primary
 * shares out the connections, and starts another process for one that has died.
 *
 * @module
 */
import cluster from "node:cluster";
import { createServer } from "node:http";
import process from "node:process";
import { nodeHandler } from "../../src/http/node_handler.ts";
import { makeHandler } from "./handler.ts";
import { open } from "./metrics.ts";

const [path, port = "8000", processes = "4"] = process.argv.slice(2);
if (cluster.isPrimary) {
  for (let n = 0; n < Number(processes); n++) cluster.fork();
  cluster.on("exit", () => cluster.fork());
} else {
  const handler = makeHandler(await open(path), `process ${process.pid}`);
  createServer(nodeHandler(handler)).listen(Number(port), "127.0.0.1");
}
