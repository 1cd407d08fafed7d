/**
 * What a thread leaves to the workers that it creates: memories by name, in the environment data of
 * `node:worker_threads`.
 *
 * Assumptions: a worker gets a copy of its creator's environment data as they are when it is
 * created. Web workers and threads of `deno serve --parallel` on Deno get none.
 *
 * Guarantees: the data can be cloned, so they never make the start of a worker fail.
 *
 * @module
 */
import { host } from "../host/host.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import { MOST_ANCESTORS } from "../threads/slot_owner.ts";

const KEY = "@x/thread-stats";

interface Inherited {
  /** The memories by name. */
  readonly names: readonly (readonly [name: string, handle: ThreadStatsHandle])[];
  /** `threadId` of the threads above the one that reads this, as far as they have joined. */
  readonly threads: readonly number[];
}

function read(): Inherited {
  const inherited = host().workerThreads?.getEnvironmentData(KEY) as Partial<Inherited> | undefined;
  return { names: inherited?.names ?? [], threads: inherited?.threads ?? [] };
}

/** The memory of a name, if a thread above this one has joined it. */
export function inheritedHandle(name: string): ThreadStatsHandle | undefined {
  return read().names.find(([known]) => known === name)?.[1];
}

/** `threadId` of the threads above this one, as far as they have joined. */
export function inheritedThreads(): readonly number[] {
  const { threadId } = host();
  return read().threads.filter((thread) => thread !== threadId);
}

/** Leaves a memory to the workers that this thread creates from now on. */
export function bequeath(name: string, handle: ThreadStatsHandle): void {
  const { workerThreads, threadId } = host();
  if (workerThreads === undefined) return;
  const above = inheritedThreads();
  const threads = threadId === 0 ? above : [...above, threadId].slice(-MOST_ANCESTORS);
  const others = read().names.filter(([known]) => known !== name);
  // Not the handle itself: its methods for console.log and JSON.stringify cannot be cloned.
  const { buffer, memory, file, threadStats } = handle;
  const plain = {
    threadStats,
    ...buffer !== undefined && { buffer },
    ...memory !== undefined && { memory },
    ...file !== undefined && { file },
  };
  workerThreads.setEnvironmentData(KEY, { names: [...others, [name, plain]], threads });
}
