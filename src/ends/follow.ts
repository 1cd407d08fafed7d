/**
 * Hearing of the ends of workers that this thread has made.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { host, unref } from "../host/host.ts";
import type { Signs } from "./slot_ends.ts";

/**
 * A worker of either kind: one of `node:worker_threads`, or a web worker. It has `on()` or `addEventListener()`, and `terminate()`; these types
 * are left out, so that those of every runtime fit.
 */
export interface FollowableWorker {
  /** Ends the worker. */
  terminate(): unknown;
}

interface AnyWorker extends FollowableWorker {
  readonly threadId?: number;
  once?(event: string, listener: () => void): unknown;
  addEventListener?(event: string, listener: () => void): unknown;
}

/** What is told of a worker. */
export interface EndListener {
  /** It has ended, and its number was `thread`. */
  ended(thread: number, signs: Signs): void;
  /** It may have ended: its lock tells. */
  mayHaveEnded(): void;
}

/** How long a Deno web worker is given to stop before somebody looks whether its lock is free, in milliseconds. */
const STOPPING = 50;

/**
 * Calls `listener` when the worker ends. Keeps nothing alive.
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
  // Afterwards it is -1.
  const { threadId: thread } = any;
  const { runtime } = host();
  if (thread === undefined || thread < 1) {
    if (!isNode && runtime === "deno") followWeb(any, listener);
    return;
  }
  // On Deno "exit" comes at once after terminate(), while a busy worker still writes. One that ended by itself has given its slot back before.
  const stopped = runtime !== "deno";
  const ended = () => {
    listener.ended(thread, { stopped, childrenStopped: runtime === "node" });
  };
  if (isNode) any.once!("exit", ended);
  else any.addEventListener!("close", ended);
}

/** A Deno web worker tells nobody that it has ended; but its creator can tell when to look. */
function followWeb(worker: AnyWorker, { mayHaveEnded }: EndListener): void {
  const soon = () => void unref(setTimeout(mayHaveEnded, STOPPING));
  worker.addEventListener!("error", soon);
  const { terminate } = worker;
  worker.terminate = function (this: AnyWorker) {
    soon();
    return terminate.call(worker);
  };
}
