/**
 * Messages that come to a worker on Deno while it joins.
 *
 * Deno delivers a worker's messages whenever the worker's event loop turns, also while its modules
 * are being evaluated, and drops those that nobody listens to. A join at the top of a module makes
 * the event loop turn, so it would cost the worker the messages that its creator sends right after
 * `new Worker`. Therefore a thread that joins holds the messages that nobody else would get, and
 * delivers them, in their order, once somebody listens.
 *
 * Who listens is seen in Deno's own list of listeners, which is no public API. Where that list is
 * not found, nothing is held: messages are lost as in every other module that waits at its top, and
 * none comes twice.
 *
 * @module
 */
import { host } from "../host/host.ts";

/** The part of a worker's global object that is used here. */
interface Scope {
  addEventListener(type: "message", listener: (event: Message) => void): void;
  removeEventListener(type: "message", listener: (event: Message) => void): void;
  dispatchEvent(event: object): boolean;
}

/** The part of a `MessageEvent` that is used here. */
interface Message {
  readonly type: string;
  readonly data: unknown;
  readonly ports: readonly unknown[];
}

interface Listener {
  readonly callback: unknown;
}

/**
 * For how long messages are held after the last join has ended, in milliseconds: the module may
 * wait for something else before it listens. A worker of `node:worker_threads` ends by itself when
 * nothing is left to do, and the holding would keep it, so there it ends when nothing is held.
 */
const PATIENCE = 1000;

const scope = globalThis as unknown as Scope;
/** What nobody has got so far. */
const held: Message[] = [];
/** How many joins are under way. */
let joins = 0;

/** Holds messages until the returned function is called, and somebody listens or a while is over. */
export function holdMessages(): () => void {
  const { runtime, thread } = host();
  if (runtime !== "deno" || thread === "main") return () => {};
  if (joins++ === 0) scope.addEventListener("message", hold);
  return () => {
    if (--joins === 0) release(1, PATIENCE);
  };
}

/** Is the first to get a message, unless somebody listened before the join. */
function hold(event: Message): void {
  if (!listens()) held.push(event);
  else deliver();
}

/** Delivers what is held as soon as somebody listens, and ends the holding. */
function release(pause: number, left: number): void {
  if (joins > 0) return;
  const mayCome = held.length > 0 || host().thread === "web";
  if (left > 0 && mayCome && !listens()) {
    setTimeout(release, pause, pause * 2, left - pause);
    return;
  }
  scope.removeEventListener("message", hold);
  deliver();
}

function deliver(): void {
  for (const event of held.splice(0)) {
    const { type, data, ports } = event;
    scope.dispatchEvent(new MessageEvent(type, { data, ports: [...ports] as MessagePort[] }));
  }
}

/** Whether a message would reach somebody else, or whether that cannot be told. */
function listens(): boolean {
  const listeners = listenersOf(scope);
  return listeners === undefined || listeners.some(({ callback }) => callback !== hold);
}

/** The listeners of messages; `undefined` if this version of Deno does not show them. */
function listenersOf(target: object): readonly Listener[] | undefined {
  for (const key of Object.getOwnPropertySymbols(target)) {
    const { listeners } = (target as Record<symbol, { listeners?: unknown } | undefined>)[key] ??
      {};
    const list = (listeners as { message?: unknown } | undefined)?.message;
    if (Array.isArray(list) && list.some(({ callback }) => callback === hold)) return list;
  }
  return undefined;
}
