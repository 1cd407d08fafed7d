/**
 * The hooks of a thread that has joined: its own end, and the ends of its workers.
 *
 * Assumptions: whoever counts in an `exit` handler has added it before the thread exits.
 *
 * Guarantees: each hook is set once for a thread, however many names it joins and however often the library is loaded. None keeps the thread
 * alive or changes its exit code. This thread's slots are given back after the program's own `exit` handlers have run.
 *
 * @module
 */
import { host, unref } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import type { ThreadState } from "../host/thread_state.ts";
import { type FollowableWorker, followWorker } from "./follow.ts";
import { SWEEP_SECONDS } from "./slot_ends.ts";

/** Sets the hooks, unless that was done. */
export function setHooks(state: ThreadState): void {
  if (state.hooked) return;
  state.hooked = true;
  const { thread, process } = host();
  // The memory ends with the process: only what may end before it needs to say so.
  if (thread !== "main") hookOwnEnd(state);
  const follow = (worker: FollowableWorker) =>
    followWorker(worker, {
      ended: (ended, signs) => {
        for (const name of state.names.values()) name.threadEnded(ended, signs);
      },
      mayHaveEnded: () => sweepAll(state),
    });
  process?.on("worker", follow);
  // Only locks have to be asked for, and quarantines to be ended; all other signs come by themselves.
  const look = () => {
    for (const name of state.names.values()) {
      name.letRest();
      if (threadLocks() !== undefined && name.isSweepDue()) name.sweep();
    }
  };
  unref(setInterval(look, SWEEP_SECONDS * 1000));
}

function sweepAll(state: ThreadState): void {
  for (const name of state.names.values()) name.sweep();
}

function hookOwnEnd(state: ThreadState): void {
  const { process, runtime } = host();
  const leave = () => {
    for (const { registered } of state.names.values()) {
      for (const thread of registered.values()) thread.retire();
    }
  };
  // Deno.exit() runs these alone.
  if (runtime === "deno") globalThis.addEventListener("unload", leave);
  if (process === undefined) return;
  process.on("exit", leave);
  // Handlers run in the order in which they were added: this one must stay the last, as the others may count.
  let isMoving = false;
  process.on("newListener", (event: unknown) => {
    if (event !== "exit" || isMoving) return;
    isMoving = true;
    queueMicrotask(() => {
      process.removeListener("exit", leave);
      process.on("exit", leave);
      isMoving = false;
    });
  });
}
