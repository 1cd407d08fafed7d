/**
 * Questions from thread to thread: who has the memory of a name?
 *
 * Each thread that has joined listens on one channel, which does not keep it alive, and answers when its event loop turns. An answer goes to a channel that
 * the asking thread alone has opened, so that a question costs one message for each thread and not one for each pair of threads.
 *
 * ```text
 * asker     ask {name, number, reply}  ──▶ everybody
 * holder    have {handle}              ──▶ reply        it has joined that name
 * asker     first {}                   ──▶ reply        it asks for the same name, and its number is smaller
 * maker     made {name, identity}      ──▶ everybody    it has made a memory
 * holder    other {name, identity}     ──▶ everybody    and there was one of that name
 * ```
 *
 * @module
 */
import { type Channel, host, unref } from "../host/host.ts";
import type { Asking, ThreadState } from "../host/thread_state.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";

const CHANNEL = "@x/thread-stats";

/** What stands on the channel that all share. */
type Message =
  | { readonly kind: "ask"; readonly name: string; readonly number: string; readonly reply: string }
  | { readonly kind: "made" | "other"; readonly name: string; readonly identity: bigint };

/** What comes back. */
export type Answer =
  | { readonly kind: "have"; readonly handle: ThreadStatsHandle }
  | { readonly kind: "first" };

/** Whether threads can ask each other at all. */
export function canAsk(): boolean {
  return host().workerThreads !== undefined;
}

function open(name: string): Channel {
  const { BroadcastChannel } = host().workerThreads!;
  return new BroadcastChannel(name);
}

/** Answers other threads from now on. */
export function listen(state: ThreadState): void {
  if (!canAsk() || state.channel !== undefined) return;
  const channel = open(CHANNEL);
  channel.onmessage = ({ data }) => hear(state, data as Message);
  // After the listener, which would keep the thread alive again.
  channel.unref?.();
  state.channel = channel;
}

/** Tells the others that this thread has made a memory. */
export function announce(state: ThreadState, name: string, identity: bigint): void {
  state.channel?.postMessage({ kind: "made", name, identity } satisfies Message);
}

function hear(state: ThreadState, message: Message): void {
  if (typeof message !== "object" || message === null) return;
  const { kind, name } = message;
  const joined = state.names.get(name);
  const asking = state.asking.get(name);
  if (kind === "ask") {
    if (joined !== undefined) answer(message.reply, { kind: "have", handle: joined.handle });
    else if (asking !== undefined && asking.number < message.number) {
      answer(message.reply, { kind: "first" });
    }
  } else if (joined === undefined) {
    asking?.wake();
  } else if (joined.identity !== message.identity) {
    joined.tellOther();
    if (kind === "made") {
      const other: Message = { kind: "other", name, identity: joined.identity };
      state.channel?.postMessage(other);
    }
  }
}

function answer(reply: string, message: Answer): void {
  const channel = open(reply);
  channel.unref?.();
  channel.postMessage(message);
  channel.close();
}

/** A question that is asked again and again until it is closed. */
export class Question {
  readonly #state: ThreadState;
  readonly #message: Message & { kind: "ask" };
  readonly #channel: Channel;
  readonly #asking: Asking;
  #handle: ThreadStatsHandle | undefined;
  #isSecond = false;
  #wake = () => {};

  constructor(state: ThreadState, name: string) {
    this.#state = state;
    const number = crypto.randomUUID();
    this.#message = { kind: "ask", name, number, reply: `${CHANNEL} ${number}` };
    this.#channel = open(this.#message.reply);
    this.#channel.onmessage = ({ data }) => {
      const answer = data as Answer;
      if (answer.kind === "first") this.#isSecond = true;
      else {
        this.#handle = answer.handle;
        this.#wake();
      }
    };
    this.#asking = { number, wake: () => this.#wake() };
    state.asking.set(name, this.#asking);
  }

  /**
   * Asks, and waits for so many milliseconds: for the memory, or for the news that one was made. Tells of the memory, and whether somebody else who asks
   * comes first.
   */
  async ask(
    milliseconds: number,
  ): Promise<{ handle: ThreadStatsHandle | undefined; isSecond: boolean }> {
    this.#isSecond = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, milliseconds);
    this.#state.channel?.postMessage(this.#message);
    if (this.#handle === undefined) await promise;
    clearTimeout(timer);
    return { handle: this.#handle, isSecond: this.#isSecond };
  }

  /** Asks no more. */
  close(): void {
    const { name } = this.#message;
    if (this.#state.asking.get(name) === this.#asking) this.#state.asking.delete(name);
    this.#channel.onmessage = null;
    unref(this.#channel);
    this.#channel.close();
  }
}
