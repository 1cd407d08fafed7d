/**
 * A worker that counts in its own `exit` handlers. Its creator does not join, and only reads.
 *
 * @module
 */
import process from "node:process";
import { Worker } from "node:worker_threads";
import { ThreadStats } from "../../../mod.ts";
import { args, isMain, pause, send } from "./any_worker.ts";
import { schema } from "./schema.ts";

if (isMain) {
  const worker = new Worker(new URL(import.meta.url), { argv: args });
  let error: string | null = null;
  worker.on("error", (thrown) => error = (thrown as Error).message);
  // Before the message is awaited: where the machine is busy, both arrive at once.
  const exited = new Promise((resolve) => worker.on("exit", resolve));
  const handle = await new Promise<ThreadStats<typeof schema.metrics>["handle"]>((resolve) =>
    worker.once("message", resolve)
  );
  await exited;
  const stats = ThreadStats.attach(schema, handle);
  const [{ state }] = stats.threads();
  console.log(JSON.stringify({ total: stats.metrics.jobs.read(), state, error }));
} else {
  let count = () => {};
  process.on("exit", () => count());
  const stats = await ThreadStats.join("exits", schema);
  const { metrics } = stats.registerThread();
  count = () => metrics.jobs.add();
  process.on("exit", () => metrics.jobs.add());
  await pause(1);
  process.on("exit", () => metrics.jobs.add());
  send(stats.handle);
  await pause(20);
  if (args[0] === "exit") process.exit(0);
  if (args[0] === "throw") throw new Error("this is the error");
}
