import { Worker } from "node:worker_threads";
import type { BlockPool } from "./capture/block_pool.ts";
import type { Slice } from "./capture/capture_layout.ts";
import type { Answer, Order, WorkerStart } from "./messages.ts";
import type { FlowSeat } from "./schema.ts";

/** A worker broke down: what it had counted stays counted, the rest of its slices is missing. */
export class WorkerError extends Error {
  override name = "WorkerError";
}

interface Member {
  readonly worker: Worker;
  readonly name: string;
  /** Slices sent to it that it has not given back. */
  pending: number;
}

/** The workers: gives each slice to the one with the least to do, and notices when one dies. */
export class Crew {
  readonly #pool: BlockPool;
  readonly #members = new Set<Member>();
  #failure: WorkerError | undefined;
  #onEmpty: () => void = () => {};

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** Why the first worker that broke down did. */
  get failure(): WorkerError | undefined {
    return this.#failure;
  }

  /** Starts a worker on a seat of the statistics. */
  add(script: URL, name: string, seat: FlowSeat): void {
    const start: WorkerStart = { handle: seat.handle, memory: this.#pool.memory };
    const worker = new Worker(script, { name, workerData: start });
    const member: Member = { worker, name, pending: 0 };
    this.#members.add(member);
    let reason = "it ended by itself";
    worker.on("message", (answer: Answer) => {
      if (answer === "finished") {
        this.#remove(member);
        worker.terminate();
      } else {
        member.pending--;
        this.#pool.give(answer.block);
      }
    });
    worker.on("error", (error) => reason = String(error));
    worker.on("exit", () => {
      if (!this.#members.has(member)) return;
      // Without `stopped`: on Deno a worker may still run when it has "exited".
      seat.revoke();
      this.#failure ??= new WorkerError(`Cannot go on: ${name} must run to the end, got ${reason}`);
      this.#pool.fail(this.#failure);
      this.#remove(member);
    });
  }

  /** Sends a slice to the worker with the fewest. */
  send(slice: Slice): void {
    let idlest: Member | undefined;
    for (const member of this.#members) {
      if (!idlest || member.pending < idlest.pending) idlest = member;
    }
    if (!idlest) throw this.#failure;
    idlest.pending++;
    order(idlest, { slice });
  }

  /** Waits until every worker has done its slices and ended. */
  async finish(): Promise<void> {
    for (const member of this.#members) order(member, "finish");
    if (this.#members.size > 0) await new Promise<void>((resolve) => this.#onEmpty = resolve);
  }

  #remove(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size === 0) this.#onEmpty();
  }
}

function order(member: Member, order: Order): void {
  member.worker.postMessage(order);
}
