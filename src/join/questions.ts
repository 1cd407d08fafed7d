/**
 * Messages between threads: who has joined a name?
 *
 * Each thread that has joined listens on one channel, which does not keep it alive, and answers
 * when its event loop turns. The answer goes to a channel that only the asking thread has opened.
 * So a question costs one message for each thread, not one for each pair of threads.
 *
 * ```text
 * from      message                    to       means
 * asker     ask {name, number, reply}  all      who has joined this name?
 * member    have {handle}              reply    I have: this is its memory
 * asker     first {}                   reply    I ask for it too, and my number is smaller
 * creator   made {name, identity}      all      I have created a memory of this name
 * member    other {name, identity}     all      I have joined another memory of that name
 * ```
 *
 * @module
 */
import { type Channel, host, unref } from "../host/host.ts";
import type { PendingQuestion, ThreadState } from "../host/thread_state.ts";
import type { ThreadStatsHandle } from "../threads/handle.ts";

const CHANNEL = "@x/thread-stats";

/** A message on the channel that all threads share. */
type Message =
  | { readonly kind: "ask"; readonly name: string; readonly number: string; readonly reply: string }
  | { readonly kind: "made" | "other"; readonly name: string; readonly identity: bigint };

/** A message on the channel of one asking thread. */
export type Answer =
  | { readonly kind: "have"; readonly handle: ThreadStatsHandle }
  | { readonly kind: "first" };

/** Whether this runtime's threads can send each other messages. */
export function canAsk(): boolean {
  return host().workerThreads !== undefined;
}

function openChannel(name: string): Channel {
  const { BroadcastChannel } = host().workerThreads!;
  return new BroadcastChannel(name);
}

/** Answers the questions of other threads from now on. */
export function listen(state: ThreadState): void {
  if (!canAsk() || state.channel !== undefined) return;
  const channel = openChannel(CHANNEL);
  channel.onmessage = ({ data }) => receive(state, data as Message);
  // After setting the listener, which makes the channel keep the thread alive.
  channel.unref?.();
  state.channel = channel;
}

/** Announces to all threads that this one has created a memory. */
export function announce(state: ThreadState, name: string, identity: bigint): void {
  state.channel?.postMessage({ kind: "made", name, identity } satisfies Message);
}

function receive(state: ThreadState, message: Message): void {
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
    joined.reportOtherMemory();
    if (kind === "made") {
      const other: Message = { kind: "other", name, identity: joined.identity };
      state.channel?.postMessage(other);
    }
  }
}

function answer(reply: string, message: Answer): void {
  const channel = openChannel(reply);
  channel.unref?.();
  channel.postMessage(message);
  channel.close();
}

/** The question who has joined a name. It can be asked any number of times, until it is closed. */
export class Question {
  readonly #state: ThreadState;
  readonly #message: Message & { kind: "ask" };
  readonly #channel: Channel;
  readonly #pending: PendingQuestion;
  #handle: ThreadStatsHandle | undefined;
  #mustYield = false;
  #wake = () => {};

  constructor(state: ThreadState, name: string) {
    this.#state = state;
    const number = crypto.randomUUID();
    this.#message = { kind: "ask", name, number, reply: `${CHANNEL} ${number}` };
    this.#channel = openChannel(this.#message.reply);
    this.#channel.onmessage = ({ data }) => {
      const answer = data as Answer;
      if (answer.kind === "first") this.#mustYield = true;
      else {
        this.#handle = answer.handle;
        this.#wake();
      }
    };
    this.#pending = { number, wake: () => this.#wake() };
    state.asking.set(name, this.#pending);
  }

  /**
   * Asks, and waits at most so many milliseconds for an answer with the memory, or for the
   * announcement that one was created.
   *
   * @returns The memory, if an answer had it; and whether a thread with a smaller number asks for
   * the same name, so that this one must not create the memory.
   */
  async ask(
    milliseconds: number,
  ): Promise<{ handle: ThreadStatsHandle | undefined; mustYield: boolean }> {
    this.#mustYield = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, milliseconds);
    this.#state.channel?.postMessage(this.#message);
    if (this.#handle === undefined) await promise;
    clearTimeout(timer);
    return { handle: this.#handle, mustYield: this.#mustYield };
  }

  /** Closes the channel for answers. */
  close(): void {
    const { name } = this.#message;
    if (this.#state.asking.get(name) === this.#pending) this.#state.asking.delete(name);
    this.#channel.onmessage = null;
    unref(this.#channel);
    this.#channel.close();
  }
}
