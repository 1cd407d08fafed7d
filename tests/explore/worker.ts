/**
 * A thread under exploration: real library functions, each access to shared memory in its turn.
 *
 * @module
 */
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import { Control } from "./control.ts";
import type { History, Journal } from "./history.ts";
import { instrument } from "./instrument.ts";
import { interpret, InterpretedModule } from "./web_assembly.ts";

/** What a thread needs to know. */
export interface WorkerStart {
  readonly thread: number;
  readonly threads: number;
  readonly control: SharedArrayBuffer;
  /** Address of the module with the histories, and which of them. */
  readonly module: string;
  readonly name: string;
}

/** Thrown through what a killed thread was doing. */
class Killed extends Error {}

interface Note {
  name: string;
  begin: number;
  end: number;
  steps: number;
  value?: unknown;
  error?: string;
}

const { thread, threads, control: buffer, module, name } = workerData as WorkerStart;
const control = new Control(threads, buffer);

let isScheduled = false;
let isDead = false;
let budget = 0;
let isFirst = false;
let note: Note | undefined;
let notes: Note[] = [];

instrument((isWrite, long) => {
  if (isDead) throw new Killed();
  if (!isScheduled) return;
  while (budget === 0) {
    control.interrupt(thread);
    handOver();
  }
  budget--;
  if (note !== undefined) {
    note.begin ||= control.tick();
    note.steps++;
  }
  if (!control.log(thread, isWrite, isFirst, long)) die();
  isFirst = false;
});

function die(): never {
  isDead = true;
  throw new Killed();
}

/** Lets others go on, and comes back when it is this thread's turn again. */
function handOver(): void {
  const next = control.advance();
  if (next !== thread) {
    control.give(next);
    control.take(thread);
  }
  if (control.isEnding) die();
  budget = control.budget();
}

const journal: Journal = {
  do(name, action) {
    note = { name, begin: 0, end: -1, steps: 0 };
    notes.push(note);
    isFirst = true;
    try {
      const value = action();
      note.value = value;
      note.begin ||= control.tick();
      note.end = control.tick();
      return value;
    } catch (error) {
      if (isDead) throw error;
      note.error = `${(error as Error).name}: ${(error as Error).message}`;
      note.begin ||= control.tick();
      note.end = control.tick();
      return undefined;
    } finally {
      note = undefined;
    }
  },
};

/** Makes the library publish by its WebAssembly modules, which are interpreted. */
async function interpretModules(): Promise<void> {
  const { SharedMemory } = await import("../../src/memory/shared_memory.ts");
  (globalThis as { WebAssembly?: unknown }).WebAssembly = { Module: InterpretedModule };
  SharedMemory.prototype.instantiate = function (compile) {
    const module = compile() as InterpretedModule | undefined;
    if (module === undefined) throw new TypeError("Cannot explore modules: the engine must be V8");
    return interpret(module, this.buffer);
  };
}

function runOnce(history: History, sent: unknown): void {
  control.take(thread);
  if (control.isStopped) process.exit(0);
  isDead = false;
  notes = [];
  const body = history.threads[thread](sent, journal);
  // Prepared in the order of the threads; the last one begins the schedule.
  control.give(thread + 1 < threads ? thread + 1 : control.advance());
  control.take(thread);
  isScheduled = true;
  let crash: string | undefined;
  try {
    if (control.isEnding) die();
    budget = control.budget();
    body();
  } catch (error) {
    if (!isDead) crash = String((error as Error).stack ?? error);
  }
  isScheduled = false;
  isDead = false;
  control.write(thread, JSON.stringify({ notes, crash }));
  control.finish(thread);
  control.give(control.advance());
}

const { histories } = await import(module) as { histories: readonly History[] };
const history = histories.find((other) => other.name === name)!;
if (history.isByWebAssembly) await interpretModules();
parentPort!.on("message", (batch: unknown[]) => {
  for (const sent of batch) runOnce(history, sent);
});
parentPort!.postMessage("ready");
