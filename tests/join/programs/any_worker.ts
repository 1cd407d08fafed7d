/**
 * Workers of both kinds behind one interface. Does not use the library.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

/** A worker, with its messages. */
export interface AnyWorker {
  readonly worker: { terminate(): unknown };
  post(message: unknown): void;
  /** The next message. */
  // deno-lint-ignore no-explicit-any
  next(): Promise<any>;
  /** Settles when the worker is known to have ended; never for a web worker on Deno. */
  readonly ended: Promise<unknown>;
}

/** Starts a worker from a module beside this one. */
export function startWorker(name: string, kind: string, workerData?: unknown): AnyWorker {
  const url = new URL(`./${name}.ts`, import.meta.url);
  const messages: unknown[] = [];
  let wake = () => {};
  const hear = (message: unknown) => {
    messages.push(message);
    wake();
  };
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  const next = async () => {
    while (messages.length === 0) await new Promise<void>((resolve) => wake = resolve);
    return messages.shift();
  };
  if (kind === "web") {
    const worker = new globalThis.Worker(url, { type: "module" });
    worker.addEventListener("message", ({ data }) => hear(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      resolve("error");
    });
    worker.addEventListener("close", resolve);
    if (workerData !== undefined) worker.postMessage(workerData);
    return { worker, post: (message) => worker.postMessage(message), next, ended };
  }
  const worker = new Worker(url);
  worker.on("message", hear);
  worker.on("error", () => {});
  worker.on("exit", resolve);
  if (workerData !== undefined) worker.postMessage(workerData);
  return { worker, post: (message) => worker.postMessage(message), next, ended };
}

const webScope = globalThis as unknown as {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
};

/** In a worker: sends a message to its creator. */
export function send(message: unknown): void {
  if (parentPort === null) webScope.postMessage(message);
  else parentPort.postMessage(message);
}

/** In a worker: receives messages of its creator. */
// deno-lint-ignore no-explicit-any
export function onMessage(listener: (message: any) => void): void {
  if (parentPort === null) webScope.onmessage = ({ data }) => listener(data);
  else parentPort.on("message", listener);
}

/** Whether this is the program's first thread. */
export const isMain = isMainThread && !("WorkerGlobalScope" in globalThis);

/** The program's arguments. */
export const args = process.argv.slice(2);

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `condition` is true, at most so many seconds. Returns whether it is. */
export async function comesTrue(condition: () => boolean, seconds: number): Promise<boolean> {
  for (let left = seconds * 100; left > 0 && !condition(); left--) await pause(10);
  return condition();
}
