/**
 * Runs the schedules of one history one after the other, in real threads.
 *
 * @module
 */
import { Worker } from "node:worker_threads";
import { type Access, Control } from "./control.ts";
import type { Event, History } from "./history.ts";
import type { Decision, Segment } from "./plan.ts";
import type { WorkerStart } from "./worker.ts";

/** How many memories are made and sent to the threads at once. */
const BATCH = 32;

/** Enough milliseconds for any schedule on a busy machine. */
const PATIENCE_MS = 20_000;

/** One schedule that was run. */
export interface Outcome {
  readonly segments: readonly Segment[];
  /** All accesses to shared memory in their order. */
  readonly accesses: readonly Access[];
  readonly events: readonly Event[];
  readonly killed: readonly number[];
  /** The fault, if there is one. */
  readonly failure?: string;
}

/** The threads of one history. */
export class Machine implements AsyncDisposable {
  readonly history: History;
  readonly #control: Control;
  readonly #workers: Worker[];
  readonly #patience: number;
  #kept: unknown[] = [];

  private constructor(history: History, control: Control, workers: Worker[], patience: number) {
    this.history = history;
    this.#control = control;
    this.#workers = workers;
    this.#patience = patience;
  }

  /**
   * Starts the threads. `module` exports the history among its `histories`; a schedule that takes
   * more than `patience` milliseconds hangs.
   */
  static async start(history: History, module: URL, patience = PATIENCE_MS): Promise<Machine> {
    const control = new Control(history.threads.length);
    const workers = history.threads.map((_, thread) => {
      const workerData: WorkerStart = {
        thread,
        threads: history.threads.length,
        control: control.buffer,
        module: module.href,
        name: history.name,
      };
      return new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    });
    await Promise.all(workers.map((worker) =>
      new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      })
    ));
    return new Machine(history, control, workers, patience);
  }

  /**
   * Runs the threads by `plan`, and checks the outcome. After a schedule that hangs no other can
   * run.
   */
  run(plan: readonly Decision[]): Outcome {
    if (this.#kept.length === 0) this.#supply();
    const kept = this.#kept.shift();
    const control = this.#control;
    try {
      control.run(plan, this.#patience);
    } catch (error) {
      return { ...this.#course(), events: [], failure: (error as Error).message };
    }
    const events: Event[] = [];
    let failure: string | undefined;
    for (let thread = 0; thread < control.threads; thread++) {
      const { notes, crash } = JSON.parse(control.read(thread));
      if (crash !== undefined) failure ??= `thread ${thread} failed: ${crash}`;
      for (const note of notes) {
        // Killed before its first access: nothing has happened.
        if (note.begin === 0) continue;
        events.push({ thread, ...note, end: note.end < 0 ? Infinity : note.end });
      }
    }
    events.sort((one, other) => one.begin - other.begin);
    const { killed } = control;
    if (control.isOverrun) failure ??= `it did not end within ${control.steps} accesses`;
    if (failure === undefined) {
      try {
        this.history.check(kept, { events, killed });
      } catch (error) {
        failure = (error as Error).message;
      }
    }
    return { ...this.#course(), events, ...(failure !== undefined && { failure }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.stop();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** What was run, as far as it came. */
  #course(): Pick<Outcome, "segments" | "accesses" | "killed"> {
    const control = this.#control;
    return {
      segments: control.segments(),
      accesses: Array.from({ length: control.steps }, (_, step) => control.access(step)),
      killed: control.killed,
    };
  }

  #supply(): void {
    const made = Array.from({ length: BATCH }, () => this.history.prepare());
    const sent = made.map((one) => one.sent);
    for (const worker of this.#workers) worker.postMessage(sent);
    this.#kept = made.map(({ kept }) => kept);
  }
}
