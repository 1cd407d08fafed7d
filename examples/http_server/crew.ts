import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Answer, Order, RequestParts, ResponseParts, WorkerStart } from "./messages.ts";

/** A worker that dies before it has begun would do so again at once. */
const PAUSE_MS = 1000;

interface Member {
  readonly name: string;
  readonly worker: Worker;
  /** Who waits for the answer to which request. */
  readonly pending: Map<number, (response: ResponseParts | undefined) => void>;
  isReady: boolean;
}

/** Options of a {@linkcode Crew}. */
export interface CrewOptions {
  /** The workers' module. */
  readonly script: URL;
  readonly crash: boolean;
  /** Called when a worker has died. */
  readonly onDeath: (name: string, reason: string) => void;
}

/** The workers: gives each request to the one with the least to do, and replaces one that dies. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Set<Member>();
  #lastId = 0;
  /** Why the last worker died that had not begun. */
  #failure = "";
  /** Aborted when no more workers are hired. */
  readonly #ending = new AbortController();
  /** Called when a member is ready, or gone. */
  #onChange: () => void = () => {};

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** How many workers there are. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * Starts workers and waits until all can begin.
   *
   * @throws {Error} If one dies before
   */
  async start(workers: number): Promise<void> {
    for (let i = 1; i <= workers; i++) this.#hire(`worker-${i}`);
    await this.#until(() => this.#members.size < workers || this.#areReady());
    if (this.#members.size === workers) return;
    await this.finish();
    throw new Error(`Cannot serve: all workers must start, got ${this.#failure}`);
  }

  /** Has a worker answer; undefined if it dies before. */
  pass(request: RequestParts): Promise<ResponseParts | undefined> {
    const member = this.#idlest();
    if (!member) return Promise.resolve(undefined);
    const { pending, worker } = member;
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      pending.set(id, resolve);
      worker.postMessage({ id, request } satisfies Order);
    });
  }

  /** Ends all workers. Requests that are in hand get no answer any more. */
  async finish(): Promise<void> {
    this.#ending.abort();
    await Promise.all([...this.#members].map(({ worker }) => worker.terminate()));
  }

  #hire(name: string): void {
    const { script, crash } = this.#options;
    const start: WorkerStart = { name, crash };
    const worker = new Worker(script, { name, workerData: start });
    const member: Member = { name, worker, pending: new Map(), isReady: false };
    this.#members.add(member);
    let reason = "it ended by itself";
    worker.on("message", (answer: Answer) => this.#hear(member, answer));
    worker.on("error", (error) => reason = String(error));
    // All that the worker has sent before it died has been heard by now.
    worker.on("exit", () => this.#bury(member, reason));
  }

  #hear(member: Member, answer: Answer): void {
    if (answer === "ready") {
      member.isReady = true;
      this.#onChange();
    } else {
      member.pending.get(answer.id)?.(answer.response);
      member.pending.delete(answer.id);
    }
  }

  #bury(member: Member, reason: string): void {
    const { name, pending, isReady } = member;
    this.#members.delete(member);
    for (const settle of pending.values()) settle(undefined);
    if (!this.#ending.signal.aborted) {
      this.#options.onDeath(name, reason);
      if (!isReady) this.#failure = reason;
      this.#replace(name, isReady ? 0 : PAUSE_MS);
    }
    this.#onChange();
  }

  async #replace(name: string, pauseMs: number): Promise<void> {
    const { signal } = this.#ending;
    // The pause ends early when no more are hired.
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) this.#hire(name);
  }

  /** The worker with the fewest requests in hand; one that is still starting only where there is no other. */
  #idlest(): Member | undefined {
    let best: Member | undefined;
    for (const member of this.#members) {
      const isBetter = best === undefined ||
        (member.isReady === best.isReady
          ? member.pending.size < best.pending.size
          : member.isReady);
      if (isBetter) best = member;
    }
    return best;
  }

  #areReady(): boolean {
    return [...this.#members].every(({ isReady }) => isReady);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#onChange = resolve);
  }
}
