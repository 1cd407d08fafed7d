/**
 * The worker's half of `worker.ts`.
 *
 * @module
 */

import { readlinkSync } from "node:fs";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { type CallMessage, webLocks, type WorkerMessage, type WorkerStart } from "./worker.ts";

/** Functions that the parent may call; they may be async. */
// deno-lint-ignore no-explicit-any
export type Handlers = Record<string, (...args: any[]) => unknown>;

/** The side of the message channel that a Deno web worker has in its global scope. */
interface WebPort {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}
const webPort = globalThis as unknown as WebPort;

// A web worker gets it as its first message, all others have it from the beginning.
let stop = parentPort === null
  ? new Int32Array(new SharedArrayBuffer(4))
  : new Int32Array((workerData as WorkerStart).stop);

function send(message: WorkerMessage): void {
  (parentPort ?? webPort).postMessage(message);
}

/** Sends a value that the parent takes with `next()`, also from inside a handler. */
export function emit(value: unknown): void {
  send({ kind: "event", value });
}

/** Whether the parent called `requestStop()`. */
export function stopRequested(): boolean {
  return Atomics.load(stop, 0) !== 0;
}

/**
 * Calls `step` again and again, without ever yielding to the event loop, until the parent calls
 * `requestStop()` (or kills the thread). Returns how often it was called.
 */
export function busyUntilStopped(step: (round: number) => void): number {
  let rounds = 0;
  while (Atomics.load(stop, 0) === 0) step(rounds++);
  return rounds;
}

/** Blocks the thread, event loop and all, until the parent calls `requestStop()`. */
export function blockUntilStopped(): void {
  Atomics.wait(stop, 0, 0);
}

/**
 * Answers the parent's calls with `handlers`, which may be made from the data that was given to
 * `startWorker()`. Call it last in a worker's module.
 */
export async function serve<Data = unknown>(
  handlers: Handlers | ((data: Data) => Handlers),
): Promise<void> {
  const start = parentPort === null ? await firstMessage() : workerData as WorkerStart;
  stop = new Int32Array(start.stop);
  const table = typeof handlers === "function" ? handlers(start.data as Data) : handlers;
  const answer = async ({ call, name, args }: CallMessage) => {
    try {
      if (!Object.hasOwn(table, name)) throw new TypeError(`This worker has no handler "${name}"`);
      const value = await table[name](...args);
      send({ kind: "result", call, value });
    } catch (error) {
      send({ kind: "error", call, error });
    }
  };
  if (parentPort === null) {
    webPort.addEventListener("message", ({ data }) => void answer(data as CallMessage));
  } else {
    parentPort.on("message", answer);
  }
  if (start.lock !== undefined) await holdForLife(start.lock);
  send({ kind: "ready", thread: threadPath() });
}

function firstMessage(): Promise<WorkerStart> {
  return new Promise((resolve) => {
    let first = true;
    webPort.addEventListener("message", ({ data }) => {
      if (first) resolve(data as WorkerStart);
      first = false;
    });
  });
}

function threadPath(): string | undefined {
  try {
    return process.platform === "linux" ? `/proc/${readlinkSync("/proc/thread-self")}` : undefined;
  } catch {
    return undefined;
  }
}

// The parent's own request for this lock is granted when the thread is gone, and not before.
function holdForLife(name: string): Promise<void> {
  const held = Promise.withResolvers<void>();
  webLocks().request(name, () => {
    held.resolve();
    return new Promise(() => {});
  });
  return held.promise;
}
