/**
 * What the runtime gives to a thread: its place among the threads of the process, and the means to hear of the others.
 *
 * Nothing is imported: `node:` modules come from `process.getBuiltinModule`, so that the library loads where there are none, too.
 *
 * @module
 */

/** An end of a `BroadcastChannel`. */
export interface Channel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
  unref?(): void;
}

/** The part of `node:worker_threads` that is used here. */
export interface WorkerThreads {
  readonly isMainThread: boolean;
  readonly threadId: number;
  readonly BroadcastChannel: new (name: string) => Channel;
  getEnvironmentData(key: string): unknown;
  setEnvironmentData(key: string, value: unknown): void;
}

/** The part of `process` that is used here. */
export interface HostProcess {
  readonly pid: number;
  readonly versions: Readonly<Record<string, string | undefined>>;
  // deno-lint-ignore no-explicit-any
  on(event: string, listener: (...values: any[]) => void): unknown;
  // deno-lint-ignore no-explicit-any
  removeListener(event: string, listener: (...values: any[]) => void): unknown;
  emitWarning?(text: string, type: string): void;
  getBuiltinModule?(name: string): unknown;
}

/** Where this thread runs. */
export interface Host {
  /** `other`: a browser, for instance. */
  readonly runtime: "deno" | "bun" | "node" | "other";
  /**
   * `main`: the first thread, or one of `deno serve --parallel`. `worker`: one of `node:worker_threads`, or a web worker on Bun. `web`: a web worker
   * on Deno or in a browser, which is no thread of `node:worker_threads`.
   */
  readonly thread: "main" | "worker" | "web";
  /** Names the thread in its process; 0 for threads that `node:worker_threads` does not tell apart. */
  readonly threadId: number;
  /** Names the process, 0 when it has no name. */
  readonly processId: number;
  readonly process: HostProcess | undefined;
  readonly workerThreads: WorkerThreads | undefined;
}

interface Globals {
  readonly Deno?: { readonly version?: unknown };
  readonly WorkerGlobalScope?: unknown;
  readonly process?: HostProcess;
}

let found: Host | undefined;

/** Where this thread runs. */
export function host(): Host {
  found ??= findHost();
  return found;
}

function findHost(): Host {
  const { Deno, WorkerGlobalScope, process } = globalThis as unknown as Globals;
  const workerThreads = process?.getBuiltinModule?.("node:worker_threads") as
    | WorkerThreads
    | undefined;
  // A web worker on Deno says that it is the main thread.
  const isWeb = WorkerGlobalScope !== undefined && workerThreads?.isMainThread !== false;
  const isMain = workerThreads?.isMainThread ?? true;
  return {
    runtime: workerThreads === undefined
      ? "other"
      : Deno?.version !== undefined
      ? "deno"
      : process?.versions.bun !== undefined
      ? "bun"
      : "node",
    thread: isWeb ? "web" : isMain ? "main" : "worker",
    threadId: workerThreads?.threadId ?? 0,
    processId: process?.pid ?? 0,
    process: workerThreads === undefined ? undefined : process,
    workerThreads,
  };
}

/** A timer that keeps no thread alive. */
export function unref<Timer>(timer: Timer): Timer {
  (timer as { unref?(): void }).unref?.();
  return timer;
}

/** Tells the program's user of something that is wrong but stops nothing. */
export function warn(text: string): void {
  const { process } = host();
  if (process?.emitWarning === undefined) console.warn(text);
  else process.emitWarning(text, "ThreadStatsWarning");
}
