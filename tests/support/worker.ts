/**
 * Starts real threads the same way under Deno, Bun and Node, and reports when one has really
 * stopped.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** The data that a worker gets, the test's own included. */
export interface WorkerStart {
  readonly data: unknown;
  /** One word: 1 asks loops of `busyUntilStopped()` to end. */
  readonly stop: SharedArrayBuffer;
  /**
   * A Web Lock to hold until the end, where the runtime's other signs of an end are not reliable.
   */
  readonly lock: string | undefined;
}

/** The part of `LockManager` that is used here; Deno's types do not know it yet. */
export interface WebLocks {
  request(name: string, callback: () => void | Promise<void>): Promise<void>;
}

/** `navigator.locks`. */
export function webLocks(): WebLocks {
  return (navigator as unknown as { readonly locks: WebLocks }).locks;
}

/** Parent to worker. */
export interface CallMessage {
  readonly call: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Worker to parent. */
export type WorkerMessage =
  | { readonly kind: "ready"; readonly thread: string | undefined }
  | { readonly kind: "result"; readonly call: number; readonly value: unknown }
  | { readonly kind: "error"; readonly call: number; readonly error: unknown }
  | { readonly kind: "event"; readonly value: unknown };

/** A thread that a test started. */
export interface StartedWorker extends AsyncDisposable {
  /**
   * Runs a handler of the worker and resolves to what it returned. Rejects with the handler's
   * error, or when the worker crashed, ended or was terminated before it answered.
   */
  call<T = unknown>(name: string, ...args: unknown[]): Promise<T>;
  /** The next value that the worker sent with `emit()`; rejects when there will be none. */
  next<T = unknown>(): Promise<T>;
  /** Ends loops of `busyUntilStopped()`, and nothing else. */
  requestStop(): void;
  /** Kills the worker where it stands, and does not wait for its end. */
  terminate(): Promise<void>;
  /**
   * Settles once the thread executes nothing more, and never rejects. A busy Deno web worker runs
   * on after `terminate()`: this stays pending, then, until its loop ends.
   */
  readonly stopped: Promise<void>;
  /** Whether {@linkcode StartedWorker.stopped} has settled. */
  readonly hasStopped: boolean;
}

/** Settings of {@linkcode startWorker}. */
export interface StartOptions {
  /**
   * On Deno: a web worker instead of one of `node:worker_threads`. They die differently: Deno
   * interrupts the latter even in the middle of a loop, and never the former.
   */
  readonly web?: boolean;
}

const isDeno = "Deno" in globalThis;

/** How long cleaning up waits for a thread that may never stop. */
const disposeGraceMs = 5_000;

interface Waiter {
  resolve(value: never): void;
  reject(reason: Error): void;
}

/**
 * Starts a worker whose module calls `serve()` of `worker_side.ts`, and waits until it is ready.
 *
 * ```ts
 * await using worker = await startWorker(new URL("./workers/counting.ts", import.meta.url),
 * handle); const total = await worker.call<number>("run", 1_000_000);
 * ```
 */
export async function startWorker(
  url: URL,
  data?: unknown,
  options: StartOptions = {},
): Promise<StartedWorker> {
  const name = url.pathname.split("/").at(-1) ?? url.href;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const lock = isDeno ? `thread ${crypto.randomUUID()}` : undefined;
  const start: WorkerStart = { data, stop: stop.buffer, lock };
  const web = isDeno && options.web === true;
  const thread = web ? startWebThread(url, start) : startNodeThread(url, start);

  const ready = Promise.withResolvers<string | undefined>();
  const exited = Promise.withResolvers<void>();
  const pending = new Map<number, Waiter>();
  const eventWaiters: Waiter[] = [];
  const events: unknown[] = [];
  let calls = 0;
  let over: Error | undefined;
  let hasStopped = false;

  function end(reason: Error): void {
    if (over !== undefined) return;
    over = reason;
    ready.reject(reason);
    for (const waiter of [...pending.values(), ...eventWaiters]) waiter.reject(reason);
    pending.clear();
    eventWaiters.length = 0;
  }

  thread.onMessage((message) => {
    switch (message.kind) {
      case "ready":
        return ready.resolve(message.thread);
      case "event": {
        const waiter = eventWaiters.shift();
        if (waiter === undefined) events.push(message.value);
        else waiter.resolve(message.value as never);
        return;
      }
    }
    const waiter = pending.get(message.call);
    pending.delete(message.call);
    if (message.kind === "result") waiter?.resolve(message.value as never);
    else waiter?.reject(toError(message.error));
  });
  thread.onCrash((error) => {
    end(new Error(`Worker ${name} crashed: ${toError(error).message}`, { cause: error }));
  });
  thread.onExit((code) => {
    end(new Error(`Worker ${name} ended with exit code ${code}`));
    exited.resolve();
  });

  let threadPath: string | undefined;
  try {
    threadPath = await ready.promise;
  } catch (error) {
    await thread.terminate();
    throw error;
  }

  const stopped = untilStopped(lock, web ? undefined : exited.promise, threadPath).then(() => {
    hasStopped = true;
    end(new Error(`Worker ${name} has stopped`));
  });

  const started: StartedWorker = {
    stopped,
    get hasStopped() {
      return hasStopped;
    },
    call<T>(handler: string, ...args: unknown[]): Promise<T> {
      if (over !== undefined) return Promise.reject(over);
      const call = calls++;
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      pending.set(call, { resolve, reject });
      const message: CallMessage = { call, name: handler, args };
      try {
        thread.post(message);
      } catch (error) {
        pending.delete(call);
        reject(error);
      }
      return promise;
    },
    next<T>(): Promise<T> {
      if (events.length > 0) return Promise.resolve(events.shift() as T);
      if (over !== undefined) return Promise.reject(over);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      eventWaiters.push({ resolve, reject });
      return promise;
    },
    requestStop(): void {
      Atomics.store(stop, 0, 1);
      Atomics.notify(stop, 0);
    },
    async terminate(): Promise<void> {
      end(new Error(`Worker ${name} was terminated`));
      await thread.terminate();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      started.requestStop();
      await started.terminate();
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, disposeGraceMs);
      await Promise.race([stopped, grace.promise]);
      clearTimeout(timer);
    },
  };
  return started;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** The part in which the kinds of workers differ. */
interface Thread {
  post(message: CallMessage): void;
  terminate(): Promise<void>;
  onMessage(listener: (message: WorkerMessage) => void): void;
  onCrash(listener: (error: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
}

function startNodeThread(url: URL, start: WorkerStart): Thread {
  const worker = new Worker(url, { workerData: start });
  return {
    post: (message) => worker.postMessage(message),
    terminate: async () => void await worker.terminate(),
    onMessage: (listener) => worker.on("message", listener),
    onCrash: (listener) => worker.on("error", listener).on("messageerror", listener),
    onExit: (listener) => worker.on("exit", listener),
  };
}

/** Starts a web worker. Its parent gets no event when it ends. */
function startWebThread(url: URL, start: WorkerStart): Thread {
  const worker = new globalThis.Worker(url, { type: "module" });
  worker.postMessage(start);
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => Promise.resolve(worker.terminate()),
    onMessage: (listener) => worker.addEventListener("message", ({ data }) => listener(data)),
    onCrash: (listener) =>
      worker.addEventListener("error", (event) => {
        // Without this the error would end the whole test process.
        event.preventDefault();
        listener(event.error ?? new Error(event.message));
      }),
    onExit: () => {},
  };
}

/**
 * Waits for the end of a thread.
 *
 * On Bun and Node "exit" is the proof. On Deno it comes while the thread still writes; there a Web
 * Lock that the thread holds for life is the proof when it is a web worker. One of
 * `node:worker_threads` releases its lock on being interrupted, and may then finish the round of
 * its loop that it is in (1 in 7 kills under load); it never leaves its operating-system thread
 * either, but falls asleep in it, which Linux can tell.
 */
async function untilStopped(
  lock: string | undefined,
  exited: Promise<void> | undefined,
  threadPath: string | undefined,
): Promise<void> {
  if (lock !== undefined) await webLocks().request(lock, () => {});
  await exited;
  if (exited === undefined || lock === undefined) return;
  if (threadPath === undefined) return await pause(100);
  for (let asleep = 0; asleep < 3;) {
    await pause(1);
    asleep = isRunning(threadPath) ? 0 : asleep + 1;
  }
}

function isRunning(threadPath: string): boolean {
  if (!existsSync(threadPath)) return false;
  try {
    // The state follows the name, which stands in parentheses and may hold anything.
    const state = /.*\) (\w)/s.exec(readFileSync(`${threadPath}/stat`, "latin1"))?.[1];
    return state === "R" || state === "D";
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
