/**
 * What one thread knows of itself, whichever copy of this library asks: a module that is loaded twice, or again after a change, finds it.
 *
 * It stands on `globalThis` under a registered symbol, and on the object of `node:worker_threads`, which the contexts of `node:vm` in a thread share (Jest and
 * Vitest run each test file in one).
 *
 * @module
 */
import type { ThreadStatsHandle } from "../threads/handle.ts";
import type { ThreadIdentity } from "../threads/slot_owner.ts";
import { type Channel, host } from "./host.ts";

/** What is registered in this thread. */
export interface Registered {
  readonly thread: unknown;
  /** Whether it can still write. */
  isActive(): boolean;
  /** Gives the slot back. */
  retire(): void;
  /** Notes the lock that this thread holds for life. */
  arm(life: bigint): void;
}

/** One name that this thread has joined. */
export interface JoinedName {
  readonly name: string;
  readonly handle: ThreadStatsHandle;
  /** Tells the memory from another of that name. */
  readonly identity: bigint;
  /** What this thread has registered, by schema and name. */
  readonly registered: Map<string, Registered>;
  /** Gives back the slots of a thread that has ended, and of those below it. */
  threadEnded(thread: number, signs: { stopped: boolean; childrenStopped: boolean }): void;
  /** Gives back the slots of threads whose locks are free. */
  sweep(): void;
  /** Whether it is this thread's turn to do that. */
  isSweepDue(): boolean;
  /** Ends the quarantines that this thread has seen pass. */
  letRest(): void;
  /** Notes that there is another memory of that name. */
  tellOther(): void;
}

/** A name that this thread asks for. */
export interface Asking {
  /** Decides who of several makes the memory. */
  readonly number: string;
  /** Ends the pause before the next question. */
  wake(): void;
}

/** This thread. */
export interface ThreadState {
  life: bigint;
  ancestors: readonly number[];
  readonly names: Map<string, JoinedName>;
  /** Joins that are under way, by name. */
  readonly joining: Map<string, Promise<JoinedName>>;
  /** Names that this thread asks for. */
  readonly asking: Map<string, Asking>;
  /** Where questions of other threads arrive. */
  channel: Channel | undefined;
  /** Settles when the thread holds its lock for life, if it can. */
  armed: Promise<void> | undefined;
  /** Whether the hooks for this thread's and its workers' ends are set. */
  hooked: boolean;
}

/** Changes with each change of {@linkcode ThreadState} that another version would not understand. */
const KEY = Symbol.for("@x/thread-stats 1");

interface Place {
  [KEY]?: ThreadState;
}

/** This thread's state. */
export function threadState(): ThreadState {
  const places: Place[] = [globalThis as Place];
  const { workerThreads } = host();
  if (workerThreads !== undefined) places.push(workerThreads as Place);
  const state = places.map((place) => place[KEY]).find((found) => found !== undefined) ?? {
    life: 0n,
    ancestors: [],
    names: new Map(),
    joining: new Map(),
    asking: new Map(),
    channel: undefined,
    armed: undefined,
    hooked: false,
  };
  for (const place of places) {
    if (place[KEY] === undefined && Object.isExtensible(place)) {
      Object.defineProperty(place, KEY, { value: state });
    }
  }
  return state;
}

/** This thread, as others know it. */
export function thisThread(): ThreadIdentity {
  const { processId, threadId } = host();
  const { life, ancestors } = threadState();
  return { process: processId, thread: threadId, life, ancestors };
}
