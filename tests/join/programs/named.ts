/**
 * Workers that register without a name. Arguments: the kind of the workers, and a name for each.
 * Prints how each is called.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { args, isMain, onMessage, send } from "./any_worker.ts";
import { stats, thread } from "./stats.ts";

interface AnyWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** The first message of a worker that was started with a name. */
function nameOf(kind: string, name: string): Promise<unknown> {
  const url = new URL(import.meta.url);
  return new Promise((resolve) => {
    const end = (worker: AnyWorker, message: unknown) => {
      worker.terminate();
      resolve(message);
    };
    if (kind === "node") {
      const worker = new Worker(url, { name });
      worker.once("message", (message) => end(worker, message));
      worker.postMessage("");
    } else {
      const worker = new globalThis.Worker(url, { name, type: "module" });
      worker.onmessage = ({ data }) => end(worker, data);
      worker.postMessage("");
    }
  });
}

if (isMain) {
  const [kind, ...names] = args;
  const said: unknown[] = [stats.threads()[0].name];
  for (const name of names) said.push(await nameOf(kind, name));
  console.log(JSON.stringify(said));
} else {
  onMessage(() => send(stats.threads().find(({ slot }) => slot === thread.slot)?.name));
}
