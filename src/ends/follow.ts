/**
 * Observes the ends of workers that this thread has created.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { host, unref } from "../host/host.ts";
import type { StopProofs } from "../host/thread_state.ts";

/**
 * A worker of `node:worker_threads`, or a web worker. Beside `terminate()` it must have `once()` or
 * `addEventListener()`. Their types differ between the runtimes, so they are left out here.
 */
export interface FollowableWorker {
  /** Terminates the worker. */
  terminate(): unknown;
}

interface AnyWorker extends FollowableWorker {
  readonly threadId?: number;
  once?(event: string, listener: () => void): unknown;
  addEventListener?(event: string, listener: () => void): unknown;
}

/** Receives the end of a worker. */
export interface EndListener {
  /** The worker, whose `threadId` was `thread`, has ended. */
  ended(thread: number, proofs: StopProofs): void;
  /** The worker may have ended; its lock shows whether it has. */
  mayHaveEnded(): void;
}

/** How long a terminated Deno web worker has to stop before its lock is probed, in milliseconds. */
const STOPPING = 50;

/**
 * Calls `listener` when the worker ends. Does not keep the thread alive.
 *
 * @throws {TypeError} When it is no worker.
 */
export function followWorker(worker: FollowableWorker, listener: EndListener): void {
  const any = worker as AnyWorker | null | undefined;
  const isNode = typeof any?.once === "function";
  if (
    (typeof any !== "object" && typeof any !== "function") || any === null ||
    typeof any.terminate !== "function" ||
    (!isNode && typeof any.addEventListener !== "function")
  ) {
    throw new TypeError(cannot("follow the worker", "it must be a Worker", worker));
  }
  // Read now, because it is -1 once the worker has ended.
  const { threadId: thread } = any;
  const { runtime } = host();
  if (thread === undefined || thread < 1) {
    if (!isNode && runtime === "deno") followWebWorker(any, listener);
    return;
  }
  // Deno emits "exit" at once after terminate(), while a busy worker still writes. If the worker
  // ended by itself, it has given its slot back already.
  const stopped = runtime !== "deno";
  const ended = () => {
    listener.ended(thread, { stopped, childrenStopped: runtime === "node" });
  };
  if (isNode) any.once!("exit", ended);
  else any.addEventListener!("close", ended);
}

/** A Deno web worker has no event for its end, but its creator knows when it may have ended. */
function followWebWorker(worker: AnyWorker, { mayHaveEnded }: EndListener): void {
  const probeSoon = () => void unref(setTimeout(mayHaveEnded, STOPPING));
  worker.addEventListener!("error", probeSoon);
  const { terminate } = worker;
  worker.terminate = function (this: AnyWorker) {
    probeSoon();
    return terminate.call(worker);
  };
}
