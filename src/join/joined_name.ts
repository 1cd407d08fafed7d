/**
 * A name that this thread has joined, and what the thread has registered there.
 *
 * @module
 */
import { SlotEnds } from "../ends/slot_ends.ts";
import { warn } from "../host/host.ts";
import type { JoinedName, Registered, ThreadState } from "../host/thread_state.ts";
import { Arena } from "../memory/arena.ts";
import { readFormat } from "../memory/header.ts";
import { H_IDENTITY, H_OTHER_MEMORIES } from "../memory/layout.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import { SlotDirectory } from "../threads/slot_directory.ts";

/** Opens a memory that this thread has found or made under a name. */
export function openJoined(
  state: ThreadState,
  name: string,
  handle: ThreadStatsHandle,
): JoinedName {
  const { maxThreads, quarantine } = readFormat(handle);
  const arena = new Arena(handle);
  const ends = new SlotEnds(arena, new SlotDirectory(arena, maxThreads, quarantine));
  return {
    name,
    handle,
    identity: identityOf(arena),
    registered: new Map<string, Registered>(),
    threadEnded: (thread, signs) => ends.threadEnded(thread, signs),
    sweep: () => ends.sweep(state.life),
    isSweepDue: () => ends.isSweepDue(),
    letRest: () => ends.letRest(),
    tellOther: () => {
      if (Atomics.add(arena.views().i32, H_OTHER_MEMORIES, 1) !== 0) return;
      warn(
        `There are two memories of the statistics ${
          JSON.stringify(name)
        } in this process, as a thread that had joined was too busy to answer: ` +
          "what one has counted is not in the other. Join in the main thread first, before it makes workers.",
      );
    },
  };
}

/** The memory's identity, given by the first thread that asks for it. */
function identityOf(arena: Arena): bigint {
  const { u64 } = arena.views();
  const fresh = crypto.getRandomValues(new BigUint64Array(1))[0] | 1n;
  const found = Atomics.compareExchange(u64, H_IDENTITY, 0n, fresh);
  return found === 0n ? fresh : found;
}

/**
 * What this thread has registered under a name, or what `make` registers. A thread has one registration for each name: a module that is
 * loaded again gets the one that is there, so that no slot is lost, and no cell has two writers.
 */
export function registerOnce<Made extends Registered>(
  joined: JoinedName,
  key: string,
  make: () => Made,
): Made["thread"] {
  const known = joined.registered.get(key);
  if (known?.isActive()) return known.thread;
  const made = make();
  joined.registered.set(key, made);
  return made.thread;
}
