/**
 * What a thread leaves to the workers that it makes: the environment data of `node:worker_threads`.
 *
 * Assumptions: a worker gets a copy of its maker's data as they are when it is made. Deno's web workers and serve threads get none.
 *
 * Guarantees: the data hold nothing that cannot be cloned, so that no worker's start fails for them.
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
  /** The threads above the one that reads this; those that have joined. */
  readonly threads: readonly number[];
}

function read(): Inherited {
  const inherited = host().workerThreads?.getEnvironmentData(KEY) as Partial<Inherited> | undefined;
  return { names: inherited?.names ?? [], threads: inherited?.threads ?? [] };
}

/** The memory of a name, when a thread above this one has left it. */
export function inheritedHandle(name: string): ThreadStatsHandle | undefined {
  return read().names.find(([known]) => known === name)?.[1];
}

/** The threads above this one, as far as they have joined. */
export function inheritedThreads(): readonly number[] {
  const { threadId } = host();
  return read().threads.filter((thread) => thread !== threadId);
}

/** Leaves a memory to the workers that this thread makes from now on. */
export function passOn(name: string, handle: ThreadStatsHandle): void {
  const { workerThreads, threadId } = host();
  if (workerThreads === undefined) return;
  const above = inheritedThreads();
  const threads = threadId === 0 ? above : [...above, threadId].slice(-MOST_ANCESTORS);
  const others = read().names.filter(([known]) => known !== name);
  const { buffer, memory, threadStats } = handle;
  const plain = memory === undefined ? { buffer, threadStats } : { buffer, memory, threadStats };
  workerThreads.setEnvironmentData(KEY, { names: [...others, [name, plain]], threads });
}
