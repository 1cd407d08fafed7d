/**
 * The state that all copies of this library in one thread share. A program may load the library
 * twice, or again after a change.
 *
 * The state is stored under a registered symbol in two places: on `globalThis`, and on the module
 * object of `node:worker_threads`. All `node:vm` contexts of a thread share the latter; Jest and
 * Vitest run each test file in such a context.
 *
 * @module
 */
import type { ThreadStatsHandle } from "../threads/handle.ts";
import type { ThreadIdentity } from "../threads/slot_owner.ts";
import { type Channel, host, isCertainlyMain, processId } from "./host.ts";

/** A registration of this thread. */
export interface Registered {
  /** The `Thread` of the copy of the library that registered. */
  readonly thread: unknown;
  /** Whether it can still write. */
  isActive(): boolean;
  /** Gives the slot back. */
  retire(): void;
  /** Stores the name of the lock that this thread holds until it ends. */
  noteLife(life: bigint): void;
}

/** Proofs that come with the end of a thread. */
export interface StopProofs {
  /** Whether the thread itself has certainly stopped. */
  readonly stopped: boolean;
  /** Whether the threads that it created have certainly stopped. */
  readonly childrenStopped: boolean;
}

/** One name that this thread has joined. */
export interface JoinedName {
  readonly name: string;
  readonly handle: ThreadStatsHandle;
  /** Distinguishes the memory from others of the same name. */
  readonly identity: bigint;
  /** This thread's registrations, by schema and name. */
  readonly registered: Map<string, Registered>;
  /** Frees the slots of another process that has ended, by its number in the memory. */
  processEnded(process: number): void;
  /** Frees the slots of a thread that has ended, and of the threads below it. */
  threadEnded(thread: number, proofs: StopProofs): void;
  /** Frees the slots of threads whose locks are free. */
  sweep(): void;
  /** Whether it is this thread's turn to sweep. */
  isSweepDue(): boolean;
  /** Ends the quarantines that this thread has seen pass. */
  endQuarantines(): void;
  /** Warns, and counts, that there is another memory of the same name. */
  reportOtherMemory(): void;
}

/** A question of this thread to the others: who has joined a name? */
export interface PendingQuestion {
  /**
   * Among threads that ask for the same name, the smallest number decides who creates the memory.
   */
  readonly number: string;
  /** Ends the pause before the question is asked again. */
  wake(): void;
}

/** The state of this thread. */
export interface ThreadState {
  /** The name of the lock that this thread holds until it ends; 0 if it holds none. */
  life: bigint;
  /** `threadId` of the threads above this one, as far as they have joined. */
  ancestors: readonly number[];
  /** The names that this thread has joined. */
  readonly names: Map<string, JoinedName>;
  /** The joins that are in progress, by name. */
  readonly joining: Map<string, Promise<JoinedName>>;
  /** The questions that are open, by name. */
  readonly asking: Map<string, PendingQuestion>;
  /** The channel on which questions of other threads arrive. */
  channel: Channel | undefined;
  /** Settles when the attempt to take the lock named by `life` is over. */
  lifeLockSettled: Promise<void> | undefined;
  /** Whether the hooks for the ends of this thread and its workers are set. */
  hasHooks: boolean;
}

/** The number changes whenever other versions would not understand the {@linkcode ThreadState}. */
const KEY = Symbol.for("@x/thread-stats 2");

interface Place {
  [KEY]?: ThreadState;
}

/** The state of this thread. The first call in a thread creates it. */
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
    lifeLockSettled: undefined,
    hasHooks: false,
  };
  for (const place of places) {
    if (place[KEY] === undefined && Object.isExtensible(place)) {
      Object.defineProperty(place, KEY, { value: state });
    }
  }
  return state;
}

/**
 * The number of this process among those that use a memory: its number in the file if the memory is
 * one, because processes of several containers may have the same id.
 */
export function processIn({ file }: ThreadStatsHandle): number {
  return file?.process ?? processId();
}

/** Identifies this thread to others that use a memory. */
export function thisThread(handle: ThreadStatsHandle): ThreadIdentity {
  const process = processIn(handle);
  // Only a join makes a state, and it asks for the host first.
  if (isCertainlyMain()) return { process, thread: 0, life: 0n, ancestors: [] };
  const { life, ancestors } = threadState();
  return { process, thread: host().threadId, life, ancestors };
}
