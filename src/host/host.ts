/**
 * The host environment of a thread, in ECMAScript's sense: which runtime it is, which kind of
 * thread, and the runtime's APIs that this library uses.
 *
 * Nothing is imported. `node:` modules come from `process.getBuiltinModule`, so that the library
 * also loads where they do not exist.
 *
 * @module
 */

/** The part of `BroadcastChannel` that is used here. */
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
  /** Deno has none, nor have Node before 22.20 and Node 24.0 to 24.5. */
  readonly threadName?: string;
  readonly BroadcastChannel: new (name: string) => Channel;
  getEnvironmentData(key: string): unknown;
  setEnvironmentData(key: string, value: unknown): void;
}

/** The part of `process` that is used here. */
export interface HostProcess {
  readonly pid: number;
  /** The operating system, such as `linux`. */
  readonly platform?: string;
  /** The processor, such as `x64`. */
  readonly arch?: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
  // deno-lint-ignore no-explicit-any
  on(event: string, listener: (...values: any[]) => void): unknown;
  // deno-lint-ignore no-explicit-any
  removeListener(event: string, listener: (...values: any[]) => void): unknown;
  emitWarning?(text: string, type: string): void;
  getBuiltinModule?(name: string): unknown;
}

/** The host environment of this thread. */
export interface Host {
  /** `other` is, for instance, a browser. */
  readonly runtime: "deno" | "bun" | "node" | "other";
  /**
   * - `main`: the first thread of the process, or a thread of `deno serve --parallel`.
   * - `worker`: a worker of `node:worker_threads`, or a web worker on Bun.
   * - `web`: a web worker on Deno or in a browser. It has no `threadId`.
   */
  readonly thread: "main" | "worker" | "web";
  /** Identifies the thread in its process; 0 for all threads without a `threadId` of their own. */
  readonly threadId: number;
  readonly process: HostProcess | undefined;
  readonly workerThreads: WorkerThreads | undefined;
}

interface Globals {
  readonly Bun?: { readonly isMainThread?: boolean };
  readonly Deno?: { readonly version?: unknown };
  readonly WorkerGlobalScope?: unknown;
  readonly process?: HostProcess;
}

let found: Host | undefined;

/** The host environment of this thread. */
export function host(): Host {
  found ??= findHost();
  return found;
}

/**
 * Whether this is certainly the main thread. `false` if only {@linkcode host} can tell. Bun takes
 * 3 ms to load `node:worker_threads`, more than all else that a first `registerThread` does.
 */
export function isCertainlyMain(): boolean {
  return found === undefined && (globalThis as unknown as Globals).Bun?.isMainThread === true;
}

/** The process's id; 0 where there is none. Loads nothing. */
export function processId(): number {
  return (globalThis as unknown as Globals).process?.pid ?? 0;
}

function findHost(): Host {
  const { Deno, WorkerGlobalScope, process } = globalThis as unknown as Globals;
  const workerThreads = process?.getBuiltinModule?.("node:worker_threads") as
    | WorkerThreads
    | undefined;
  // In a web worker on Deno `isMainThread` is true.
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
    process: workerThreads === undefined ? undefined : process,
    workerThreads,
  };
}

/** The name that the creator of this thread has given it, as in `new Worker(url, { name })`. */
export function givenName(): string | undefined {
  if (isCertainlyMain()) return undefined;
  const { thread, workerThreads } = host();
  // In a web page, the name is that of the window.
  if (thread === "main") return undefined;
  const name = workerThreads?.threadName || (globalThis as { name?: unknown }).name;
  // Node 24 calls all others so.
  return typeof name === "string" && name !== "" && name !== "WorkerThread" ? name : undefined;
}

/** Lets the thread end although a timer or channel is still open. Returns the timer or channel. */
export function unref<Handle>(handle: Handle): Handle {
  (handle as { unref?(): void }).unref?.();
  return handle;
}

/** Prints a warning, as the runtime does. */
export function warn(text: string): void {
  const { process } = host();
  if (process?.emitWarning === undefined) console.warn(text);
  else process.emitWarning(text, "ThreadStatsWarning");
}
