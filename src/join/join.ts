/**
 * Joining: all threads of a process that join one name share one memory.
 *
 * A thread looks, in this order, at
 *
 * 1. its own earlier joins (`thread_state.ts`);
 * 2. what the thread that made it has left to it (`environment.ts`);
 * 3. the other threads, whom it asks (`questions.ts`).
 *
 * and makes the memory when it can tell that nobody has joined the name. With locks (Deno, Bun, Node from 24.5 on) it can tell exactly:
 *
 * ```text
 *              ┌── nobody holds "here NAME" ──▶ take "make NAME" ──▶ look again ──▶ make, hold "here NAME", release ──▶ joined
 *   asking ────┤        (else somebody else is making: again)
 *              └── somebody holds it ──▶ ask, until the answer ──▶ hold "here NAME" ──▶ joined
 * ```
 *
 * "here NAME" is held in shared mode by every thread that has joined, for life. "make NAME" is held for as long as making takes, and nobody waits for it.
 *
 * Without them (Node before 24.5) silence is taken for nobody: of several threads that ask at once the one with the smallest number
 * makes the memory, when it has heard nothing for a while. A thread that was busy all that time is found out afterwards: whoever makes a memory tells all
 * others, and who has another one of that name warns and counts it in both memories.
 *
 * Assumptions: a thread that holds "here NAME" answers when its event loop turns. A message from a thread to another arrives if the other
 * one listens.
 *
 * Guarantees: with locks there is one memory of a name in a process as long as one thread that has joined it lives. Two memories are told of. The
 * join keeps nothing alive once it has ended.
 *
 * Progress: a joining thread waits for threads that have joined, for `timeoutSeconds` at most, and for nobody else. A thread that is killed
 * while it joins releases its locks.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { setHooks } from "../ends/hooks.ts";
import { lifeLock } from "../ends/slot_ends.ts";
import { host } from "../host/host.ts";
import { type ThreadLocks, threadLocks } from "../host/locks.ts";
import { type JoinedName, type ThreadState, threadState } from "../host/thread_state.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";
import { inheritedHandle, inheritedThreads, passOn } from "./environment.ts";
import { announce, canAsk, listen, Question } from "./questions.ts";
import { openJoined } from "./joined_name.ts";

/** What a join needs to know. */
export interface JoinRequest {
  readonly name: string;
  /** Makes the memory. */
  create(): ThreadStatsHandle;
  /** How long to wait for threads that are known to be there, in seconds. */
  readonly timeoutSeconds: number;
}

/** For how long the main thread and others listen before they take silence for nobody, in milliseconds, where there are no locks. */
const SILENCE = { main: 50, worker: 250, web: 250 };
/** The first pause between two questions, and the longest, in milliseconds. */
const PAUSES = [5, 500];

/** Finds the memory of a name, or makes it. */
export async function join(request: JoinRequest): Promise<JoinedName> {
  const { name } = request;
  const state = threadState();
  const known = state.names.get(name) ?? state.joining.get(name);
  if (known !== undefined) return await known;
  const joining = findOrMake(state, request);
  state.joining.set(name, joining);
  try {
    return await joining;
  } finally {
    state.joining.delete(name);
  }
}

/** The same without waiting: finds only what this thread knows. A main thread makes what it does not find. */
export function joinSync(request: Omit<JoinRequest, "timeoutSeconds">): JoinedName {
  const { name } = request;
  const state = threadState();
  const known = state.names.get(name);
  if (known !== undefined) return known;
  const action = `join ${JSON.stringify(name)} without waiting`;
  const advice = "await ThreadStats.join() here, or join in the thread that makes this one, first";
  enter(state);
  const inherited = inheritedHandle(name);
  if (inherited !== undefined) return settle(state, name, inherited);
  if (host().thread !== "main") {
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
  return settle(state, name, request.create(), "made");
}

async function findOrMake(state: ThreadState, request: JoinRequest): Promise<JoinedName> {
  const { name } = request;
  // Neither a lock nor a message that is waited for keeps Node alive.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    enter(state);
    await state.armed;
    const inherited = state.names.get(name)?.handle ?? inheritedHandle(name);
    const joined = inherited !== undefined
      ? settle(state, name, inherited)
      : canAsk()
      ? await ask(state, request)
      : joinSync(request);
    // Before anybody relies on this thread to be found.
    await present(name);
    return joined;
  } finally {
    clearInterval(alive);
  }
}

/** What a thread does at its first join, of whichever name. */
function enter(state: ThreadState): void {
  if (state.hooked) return;
  state.ancestors = inheritedThreads();
  setHooks(state);
  listen(state);
  // A main thread does not end before its process; but those of `deno serve --parallel` look like one.
  const { runtime, thread } = host();
  if (thread !== "main" || runtime === "deno") state.armed = arm(state);
}

/** Takes the lock whose release tells others that this thread has ended. */
async function arm(state: ThreadState): Promise<void> {
  const life = crypto.getRandomValues(new BigUint64Array(1))[0];
  if (life === 0n || !await threadLocks()?.hold(lifeLock(life), "exclusive")) return;
  state.life = life;
  for (const { registered } of state.names.values()) {
    for (const thread of registered.values()) thread.arm(life);
  }
}

async function ask(state: ThreadState, request: JoinRequest): Promise<JoinedName> {
  const { name, timeoutSeconds } = request;
  const { thread } = host();
  const started = performance.now();
  const left = () => timeoutSeconds * 1000 - (performance.now() - started);
  const locks = threadLocks();
  const isExact = await locks?.isHeldByAll(`@x/thread-stats exact ${crypto.randomUUID()}`);
  const question = new Question(state, name);
  const make = () => state.names.get(name) ?? settle(state, name, request.create(), "made");
  try {
    // Only pauses count in which this thread could hear: one that was busy itself has heard nobody.
    let quiet = 0;
    for (let pause = PAUSES[0];; pause = Math.min(pause * 2, PAUSES[1])) {
      // Another copy of this library, or joinSync(), may have joined meanwhile.
      const own = state.names.get(name);
      if (own !== undefined) return own;
      if (isExact) {
        const made = await makeAlone(locks!, name, make);
        if (made !== undefined) return made;
      } else if (quiet >= SILENCE[thread]) {
        return make();
      }
      const most = isExact ? left() : Math.min(left(), SILENCE[thread] / 4);
      const wait = Math.max(1, Math.min(pause, most));
      const { handle, isSecond } = await question.ask(wait);
      if (handle !== undefined) return settle(state, name, handle);
      quiet = isSecond ? 0 : quiet + wait;
      if (left() <= 0 && (isExact || isSecond)) {
        const required = `a thread that has joined it must answer within ${timeoutSeconds} s ` +
          "(timeoutSeconds): one that is blocked cannot; join in the thread that makes the workers, first";
        throw new Error(cannot(`join ${JSON.stringify(name)}`, required, got("no answer")));
      }
    }
  } finally {
    question.close();
  }
}

/** Makes the memory, unless somebody has joined or is about to make it. */
async function makeAlone(
  locks: ThreadLocks,
  name: string,
  make: () => JoinedName,
): Promise<JoinedName | undefined> {
  if (await locks.isHeld(hereLock(name))) return undefined;
  return await locks.whileHolding(makeLock(name), async () => {
    if (await locks.isHeld(hereLock(name))) return undefined;
    const joined = make();
    await present(name);
    return joined;
  });
}

/** Notes what was found or made. */
function settle(
  state: ThreadState,
  name: string,
  handle: ThreadStatsHandle,
  how: "found" | "made" = "found",
): JoinedName {
  const known = state.names.get(name);
  if (known !== undefined) return known;
  const joined = openJoined(state, name, handle);
  state.names.set(name, joined);
  passOn(name, joined.handle);
  if (how === "made") announce(state, name, joined.identity);
  present(name);
  return joined;
}

const presences = new Map<string, Promise<boolean | undefined>>();

/** Tells the others that this thread has joined, until it ends. */
function present(name: string): Promise<boolean | undefined> {
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
