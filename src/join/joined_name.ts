/**
 * A name that this thread has joined: its memory, and this thread's statistics and registrations.
 *
 * @module
 */
import { SlotReclaimer } from "../ends/slot_reclaimer.ts";
import { warn } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import {
  type JoinedName,
  processIn,
  type Registered,
  type ThreadState,
} from "../host/thread_state.ts";
import { Arena } from "../memory/arena.ts";
import { readFormat } from "../memory/header.ts";
import { identityOf } from "../memory/identity.ts";
import { H_OTHER_MEMORIES } from "../memory/layout.ts";
import { bufferOf } from "../memory/shared_memory.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import { SlotDirectory } from "../threads/slot_directory.ts";

/** Opens a memory that this thread has found or created under a name. */
export function openJoined(
  state: ThreadState,
  name: string,
  handle: ThreadStatsHandle,
): JoinedName {
  const { maxThreads, quarantine } = readFormat(handle);
  const arena = new Arena(handle);
  const reclaimer = new SlotReclaimer(
    arena,
    new SlotDirectory(arena, maxThreads, quarantine),
    processIn(handle),
  );
  return {
    name,
    handle,
    identity: identityOf(bufferOf(handle)),
    registered: new Map<string, Registered>(),
    processEnded: (process) => reclaimer.processEnded(process),
    threadEnded: (thread, proofs) => reclaimer.threadEnded(thread, proofs),
    sweep: () => reclaimer.sweep(state.life),
    isSweepDue: () => reclaimer.isSweepDue(),
    endQuarantines: () => reclaimer.endQuarantines(),
    reportOtherMemory: () => {
      // SeqCst, and pairs with itself: one thread of each memory warns.
      if (Atomics.add(arena.views().i32, H_OTHER_MEMORIES, 1) !== 0) return;
      warn(
        `There are two memories of the statistics ${JSON.stringify(name)} in this process, ` +
          "because a thread that had joined was too busy to answer: neither has the counts of " +
          "the other. Join in the main thread first, before it creates workers.",
      );
    },
  };
}

/**
 * This copy's statistics of each joined name, by the text of their schema. Not in the state that
 * copies share, because the objects of another copy may be of another version.
 */
const attached = new WeakMap<JoinedName, Map<string, object>>();

/** The statistics of a joined name with a schema. The first call attaches. */
export function attachOnce<Stats extends object>(
  joined: JoinedName,
  description: string,
  attach: () => Stats,
): Stats {
  const known = attached.get(joined) ?? new Map<string, object>();
  let stats = known.get(description) as Stats | undefined;
  if (stats === undefined) {
    stats = attach();
    attached.set(joined, known.set(description, stats));
  }
  return stats;
}

/**
 * This thread's registration under a key. The first call registers; so does one after the
 * registration has ended. So a module that is loaded again gets the registration that is there: it
 * takes no further slot, and no cell gets two writers.
 */
export function registerOnce<Made extends Registered>(
  joined: JoinedName,
  key: string,
  register: () => Made,
): Made["thread"] {
  // Some ends of threads show in nothing but their locks, so first free the slots of such threads.
  if (threadLocks()?.probesAtOnce) joined.sweep();
  const { registered } = joined;
  const known = registered.get(key);
  if (known?.isActive()) return known.thread;
  // Else threads with ever new names would remain here, and all their writers with them.
  for (const [other, made] of registered) if (!made.isActive()) registered.delete(other);
  const made = register();
  registered.set(key, made);
  return made.thread;
}
