/**
 * Joining: all threads of a process that join one name share one memory.
 *
 * A joining thread searches for the memory, in this order, in
 *
 * 1. its own earlier joins (`thread_state.ts`),
 * 2. the environment data that it inherited from the thread that created it (`environment.ts`),
 * 3. the other threads, which it asks (`questions.ts`),
 *
 * and creates the memory when it can tell that nobody has joined the name. With locks (Deno, Bun,
 * Node from 24.5 on) it can tell for certain:
 *
 * ```text
 *             nobody holds "here NAME"
 *   asking ──▶ take "make NAME" ──▶ check again ──▶ create, hold "here NAME", release ──▶ joined
 *     │  ▲        │ another thread has it: it is creating the memory
 *     │  └────────┘
 *     │       a thread holds "here NAME"
 *     └──────▶ repeat the question until it is answered ──▶ hold "here NAME" ──▶ joined
 * ```
 *
 * Every thread that has joined holds "here NAME" in shared mode until it ends. A thread holds "make
 * NAME" while it creates the memory. Nobody waits for that lock.
 *
 * In a browser a page has a memory of its own, and its workers attach to the handle that it sends
 * them. They could not find it: Chromium carries no shared memory over a `BroadcastChannel`, and
 * all pages of an origin share one channel and their locks.
 *
 * Without locks (Node before 24.5) silence counts as nobody. Of several threads that ask at once,
 * the one with the smallest number creates the memory, after it has heard nothing for a while. It
 * misses a thread that was busy for all of that time. This is detected afterwards: a thread that
 * creates a memory announces it to all others, and a thread that has joined another memory of the
 * name prints a warning. Both memories count it.
 *
 * Assumptions: a thread that holds "here NAME" answers as soon as its event loop turns. A message
 * arrives at every thread that listens.
 *
 * Guarantees: with locks, a process has one memory of a name while any thread that has joined it is
 * alive. Without them, a second memory is reported. A join keeps nothing alive once it has settled.
 *
 * Progress: a joining thread waits only for threads that have joined, for `timeoutSeconds` at most.
 * A thread that is killed while it joins releases its locks.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { setHooks } from "../ends/hooks.ts";
import { lifeLock } from "../ends/slot_reclaimer.ts";
import { host } from "../host/host.ts";
import { threadLocks } from "../host/locks.ts";
import type { ThreadLocks } from "../host/thread_locks.ts";
import { type JoinedName, type ThreadState, threadState } from "../host/thread_state.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import { bequeath, inheritedHandle, inheritedThreads } from "./environment.ts";
import { holdMessages } from "./held_messages.ts";
import { openJoined } from "./joined_name.ts";
import { announce, canAsk, listen, Question } from "./questions.ts";

/** A join, with checked arguments. */
export interface JoinRequest {
  readonly name: string;
  /** Creates the memory. */
  create(): ThreadStatsHandle;
  /** Prepares a handle that another thread has sent, before this one uses it. */
  receive?(handle: ThreadStatsHandle): void;
  /** How long to wait for threads that have joined and do not answer, in seconds. */
  readonly timeoutSeconds: number;
}

/**
 * Without locks: after how much silence a thread concludes that nobody has joined, in milliseconds.
 * The main thread, which should join first, is quicker than the others.
 */
const SILENCE = { main: 50, worker: 250, web: 250 };
/**
 * The first pause between two questions, and the longest, in milliseconds. They double in between.
 */
const PAUSES = [5, 500];

/** Finds the memory of a name, or creates it. */
export async function join(request: JoinRequest): Promise<JoinedName> {
  const { name } = request;
  const state = threadState();
  const known = state.names.get(name) ?? state.joining.get(name);
  if (known !== undefined) return await known;
  const joining = findOrCreate(state, request);
  state.joining.set(name, joining);
  try {
    return await joining;
  } finally {
    state.joining.delete(name);
  }
}

/**
 * Finds the memory of a name without waiting: in this thread's joins and its environment data. A
 * main thread that does not find it creates it.
 */
export function joinSync(request: Omit<JoinRequest, "timeoutSeconds">): JoinedName {
  const { name } = request;
  const state = threadState();
  const known = state.names.get(name);
  if (known !== undefined) return known;
  const action = `join ${JSON.stringify(name)} without waiting`;
  const advice = "await ThreadStats.join() here, or first join in the thread that creates this one";
  prepareThread(state);
  const inherited = inheritedHandle(name);
  if (inherited !== undefined) return recordJoin(state, request, inherited);
  if (host().thread !== "main") {
    if (!canAsk()) {
      const remedy = "a worker in a browser has to attach to the handle that its page sends it";
      throw new Error(cannot(`join ${JSON.stringify(name)}`, remedy, got("none")));
    }
    if (host().thread === "web") {
      const required = "a web worker on Deno, which inherits no memory from the thread that " +
        "creates it, must await ThreadStats.join() instead";
      throw new Error(cannot(action, required, got("none")));
    }
    throw new Error(
      cannot(action, `a thread above this one must have joined it (${advice})`, got("none")),
    );
  }
  let isTaken = false;
  const locks = threadLocks();
  if (locks?.probesAtOnce) locks.probe(hereLock(name), "exclusive", (isFree) => isTaken = !isFree);
  if (isTaken) {
    throw new Error(
      cannot(action, `no other thread may have joined it (${advice})`, got("one that has")),
    );
  }
  return recordJoin(state, request, request.create(), "created");
}

async function findOrCreate(state: ThreadState, request: JoinRequest): Promise<JoinedName> {
  const { name } = request;
  // Node would end while this waits for locks and messages: neither keeps it alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const release = holdMessages();
  try {
    prepareThread(state);
    await state.lifeLockSettled;
    const inherited = state.names.get(name)?.handle ?? inheritedHandle(name);
    const joined = inherited !== undefined
      ? recordJoin(state, request, inherited)
      : canAsk()
      ? await ask(state, request)
      : joinSync(request);
    // Before the caller relies on other threads to find this one.
    await holdPresence(name);
    return joined;
  } finally {
    clearInterval(alive);
    release();
  }
}

/** Prepares a thread for its joins; the first call does. */
function prepareThread(state: ThreadState): void {
  if (state.hasHooks) return;
  state.ancestors = inheritedThreads();
  setHooks(state);
  listen(state);
  // A main thread does not end before its process, but a thread of `deno serve --parallel`, which
  // looks like one, may.
  const { runtime, thread } = host();
  if (thread !== "main" || runtime === "deno") state.lifeLockSettled = takeLifeLock(state);
}

/** Takes the lock whose release shows other threads that this one has ended. */
async function takeLifeLock(state: ThreadState): Promise<void> {
  const life = crypto.getRandomValues(new BigUint64Array(1))[0];
  if (life === 0n || !await threadLocks()?.hold(lifeLock(life), "exclusive")) return;
  state.life = life;
  for (const { registered } of state.names.values()) {
    for (const thread of registered.values()) thread.noteLife(life);
  }
}

async function ask(state: ThreadState, request: JoinRequest): Promise<JoinedName> {
  const { name, timeoutSeconds } = request;
  const { thread } = host();
  const started = performance.now();
  const left = () => timeoutSeconds * 1000 - (performance.now() - started);
  const locks = threadLocks();
  const isExact = await locks?.canAllHold(`@x/thread-stats exact ${crypto.randomUUID()}`);
  const question = new Question(state, name);
  const create = () =>
    state.names.get(name) ?? recordJoin(state, request, request.create(), "created");
  try {
    // Counts the pauses in which this thread could hear an answer, not elapsed time: a thread that
    // is busy hears nothing.
    let quiet = 0;
    for (let pause = PAUSES[0];; pause = Math.min(pause * 2, PAUSES[1])) {
      // Another copy of this library, or joinSync(), may have joined meanwhile.
      const joined = state.names.get(name);
      if (joined !== undefined) return joined;
      if (isExact) {
        const created = await createAlone(locks!, name, create);
        if (created !== undefined) return created;
      } else if (quiet >= SILENCE[thread]) {
        return create();
      }
      const most = isExact ? left() : Math.min(left(), SILENCE[thread] / 4);
      const wait = Math.max(1, Math.min(pause, most));
      const { handle, mustYield } = await question.ask(wait);
      if (handle !== undefined) return recordJoin(state, request, handle);
      quiet = mustYield ? 0 : quiet + wait;
      if (left() <= 0 && (isExact || mustYield)) {
        const required = `a thread that has joined it must answer within ${timeoutSeconds} s ` +
          "(timeoutSeconds), which a blocked one cannot; first join in the workers' creator";
        throw new Error(cannot(`join ${JSON.stringify(name)}`, required, got("no answer")));
      }
    }
  } finally {
    question.close();
  }
}

/** Creates the memory, unless another thread has joined or is creating it. */
async function createAlone(
  locks: ThreadLocks,
  name: string,
  create: () => JoinedName,
): Promise<JoinedName | undefined> {
  if (await locks.isHeld(hereLock(name))) return undefined;
  return await locks.whileHolding(makeLock(name), async () => {
    if (await locks.isHeld(hereLock(name))) return undefined;
    const joined = create();
    await holdPresence(name);
    return joined;
  });
}

/** Records that this thread has joined a memory, and lets other threads find it. */
function recordJoin(
  state: ThreadState,
  { name, receive }: Omit<JoinRequest, "timeoutSeconds">,
  handle: ThreadStatsHandle,
  how: "found" | "created" = "found",
): JoinedName {
  const known = state.names.get(name);
  if (known !== undefined) return known;
  if (how === "found") receive?.(handle);
  const joined = openJoined(state, name, handle);
  state.names.set(name, joined);
  bequeath(name, joined.handle);
  if (how === "created") announce(state, name, joined.identity);
  holdPresence(name);
  return joined;
}

/** The attempts to hold "here NAME", by name. */
const presences = new Map<string, Promise<boolean | undefined>>();

/** Holds the lock that shows other threads that this one has joined, until it ends. */
function holdPresence(name: string): Promise<boolean | undefined> {
  let presence = presences.get(name);
  if (presence === undefined) {
    presence = Promise.resolve(threadLocks()?.hold(hereLock(name), "shared"));
    presences.set(name, presence);
  }
  return presence;
}

function hereLock(name: string): string {
  return `@x/thread-stats here ${name}`;
}

function makeLock(name: string): string {
  return `@x/thread-stats make ${name}`;
}
