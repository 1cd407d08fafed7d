/**
 * Threads that end without an event: a worker of a worker, which ends with it (`below`), and a
 * worker whose creator has not joined (`unknown`). Prints the states of their slots and the gauge,
 * once the gauge is 0.
 *
 * @module
 */
import process from "node:process";
import { ThreadStats } from "../../../mod.ts";
import { args, comesTrue, isMain, onMessage, send, startWorker } from "./any_worker.ts";
import { schema } from "./schema.ts";

const [what, kind] = args;

async function register(): Promise<ThreadStats<typeof schema.metrics>> {
  const stats = await ThreadStats.join("left", schema);
  stats.registerThread().metrics.depth.set(1);
  return stats;
}

if (!isMain) {
  onMessage(async ({ depth }: { depth: number }) => {
    const { handle } = await register();
    if (depth > 0) {
      const { post, next } = startWorker("left_behind", "node");
      post({ depth: depth - 1 });
      await next();
    }
    send(handle);
  });
} else {
  if (what === "below") await ThreadStats.join("left", schema);
  const { worker, post, next } = startWorker("left_behind", kind);
  post({ depth: what === "below" ? 1 : 0 });
  const handle = await next();
  const view = ThreadStats.attach(schema, handle);
  const before = view.metrics.depth.read();
  // Another worker that has joined probes the locks.
  const witness = startWorker("joiner", "node");
  await witness.next();
  witness.post({ name: "left" });
  await witness.next();
  await worker.terminate();
  await comesTrue(() => view.metrics.depth.read() === 0, 20);
  const states = view.threads().slice(0, before).map(({ state }) => state);
  console.log(JSON.stringify({ before, after: view.metrics.depth.read(), states }));
  process.exit();
}
