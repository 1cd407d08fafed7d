/**
 * The hooks of a thread that has joined: for its own end, and for the ends of its workers.
 *
 * Assumptions: an `exit` handler that updates metrics was added before the thread exits.
 *
 * Guarantees: each hook is set once for a thread, however many names it joins and however often the
 * library is loaded. No hook keeps the thread alive or changes its exit code. This thread's slots
 * are given back after the program's own `exit` handlers have run.
 *
 * @module
 */
import { host, unref } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import type { ThreadState } from "../host/thread_state.ts";
import { type FollowableWorker, followWorker } from "./follow.ts";
import { SWEEP_SECONDS } from "./slot_reclaimer.ts";

/** Sets the hooks, unless they are set. */
export function setHooks(state: ThreadState): void {
  if (state.hasHooks) return;
  state.hasHooks = true;
  const { thread, process } = host();
  // A main thread needs none: the memory ends with the process.
  if (thread !== "main") hookOwnEnd(state);
  const follow = (worker: FollowableWorker) =>
    followWorker(worker, {
      ended: (ended, proofs) => {
        for (const name of state.names.values()) name.threadEnded(ended, proofs);
      },
      mayHaveEnded: () => {
        for (const name of state.names.values()) name.sweep();
      },
    });
  process?.on("worker", follow);
  // All other signs arrive as events; locks and quarantines have to be polled.
  const poll = () => {
    for (const name of state.names.values()) {
      name.endQuarantines();
      if (threadLocks() !== undefined && name.isSweepDue()) name.sweep();
    }
  };
  unref(setInterval(poll, SWEEP_SECONDS * 1000));
}

function hookOwnEnd(state: ThreadState): void {
  const { process, runtime } = host();
  const retireAll = () => {
    for (const { registered } of state.names.values()) {
      for (const thread of registered.values()) thread.retire();
    }
  };
  // Deno.exit() runs only "unload" handlers.
  if (runtime === "deno") globalThis.addEventListener("unload", retireAll);
  if (process === undefined) return;
  process.on("exit", retireAll);
  // Handlers run in the order in which they were added. This one has to remain the last, because
  // the others may update metrics.
  let isMoving = false;
  process.on("newListener", (event: unknown) => {
    if (event !== "exit" || isMoving) return;
    isMoving = true;
    queueMicrotask(() => {
      process.removeListener("exit", retireAll);
      process.on("exit", retireAll);
      isMoving = false;
    });
  });
}
