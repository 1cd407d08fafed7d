/**
 * Observes the runtime of a registered thread: once in a period a timer notes the thread's turn,
 * and measures what its runtime tells.
 *
 * Guarantees: the timer does not keep the thread alive. When the tenure is over, nothing more is
 * written, and the timer ends. No error of a measurement ends the program.
 *
 * A process that was suspended (a debugger, `SIGSTOP`, a frozen container, a laptop that slept
 * where the steady clock goes on) looks like one whose event loops were all blocked. So a turn that
 * is late by more than `SUSPENSION`, in a thread that was idle meanwhile, counts as the end of a
 * suspension: its delay is not recorded. On Deno and Bun "idle" means that the thread used no
 * processor time, so there a synchronous wait of that length is not recorded either.
 *
 * @module
 */
import { cannot, StaleThreadError } from "../base/errors.ts";
import { unref, warn } from "../host/host.ts";
import { type RuntimeFigures, runtimeFigures } from "../host/runtime_figures.ts";
import type { MetricWriters } from "../metrics/writer_types.ts";
import type { RuntimeMetrics } from "../schema/runtime_metrics.ts";
import type { ThreadContext } from "../threads/thread_context.ts";
import {
  beginTurns,
  endTurns,
  readThreadClocks,
  writeResumed,
  writeTurn,
} from "../threads/turns.ts";
import {
  type ObserveRuntimeOptions,
  readObserveRuntimeOptions,
  type RuntimeObservation,
} from "./options.ts";

/** A delay of so many milliseconds may be a suspension. */
const SUSPENSION = 10_000;
/** An idle thread was active for less than this share of a delay. */
const IDLE = 0.1;

/** The writers of the metrics that show what is measured. */
export type RuntimeWriters = MetricWriters<RuntimeMetrics>;

/** One observation. Owner thread only. */
class Observation {
  readonly periodSeconds: number;
  readonly #context: ThreadContext;
  readonly #writers: RuntimeWriters;
  readonly #figures: RuntimeFigures = runtimeFigures();
  readonly #timer: ReturnType<typeof setInterval>;
  /** The clock, processor time and active time at the latest turn, in ms. */
  #last: number;
  #cpu: number;
  #active: number;
  #isOver = false;

  constructor(
    context: ThreadContext,
    writers: RuntimeWriters,
    { periodSeconds }: Required<ObserveRuntimeOptions>,
  ) {
    this.periodSeconds = periodSeconds;
    this.#context = context;
    this.#writers = writers;
    this.#cpu = this.#figures.cpu?.() ?? 0;
    this.#active = this.#figures.active?.() ?? 0;
    // Before anything is begun: a full arena throws here, and not in the timer.
    if (this.#figures.cpu !== undefined) writers.threadStatsThreadCpu.add(0);
    this.#setGauges(undefined);
    const clocks = readThreadClocks();
    this.#last = clocks.now;
    const period = periodSeconds * 1000;
    const { arena, slots, tenure } = context;
    beginTurns(arena, slots, tenure, { clocks, period });
    this.#timer = unref(setInterval(() => this.#turn(period), period));
    observations.add(this);
  }

  /** When the latest turn was, by this thread's clock, if the next one may await a suspension's end. */
  overdueSince(now: number): number | undefined {
    const isOverdue = now - this.#last - this.periodSeconds * 1000 > SUSPENSION;
    return isOverdue ? this.#last : undefined;
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    observations.delete(this);
    // However it ended: the next call of `observeRuntime` begins another one.
    byContext.delete(this.#context);
    const { arena, slots, tenure } = this.#context;
    endTurns(arena, slots, tenure);
  }

  #turn(period: number): void {
    const { slots, tenure } = this.#context;
    // Not by the writers' own check, which would count a refused update.
    if (slots.activeControl(tenure.slot) !== tenure.control) return this.stop();
    try {
      this.#measure(period);
    } catch (error) {
      this.stop();
      // Another thread may have revoked the slot just now.
      if (!(error instanceof StaleThreadError)) {
        warn(cannot("observe the runtime any longer", "no measurement may fail", String(error)));
      }
    }
  }

  #measure(period: number): void {
    const { arena, slots, tenure } = this.#context;
    const clocks = readThreadClocks();
    const passed = clocks.now - this.#last;
    this.#last = clocks.now;
    const active = this.#figures.active?.();
    const activeFor = active === undefined ? undefined : active - this.#active;
    this.#active = active ?? 0;
    const delay = Math.max(0, passed - period);
    const wasSuspended = delay > SUSPENSION && !(activeFor! >= delay * IDLE);
    if (wasSuspended) writeResumed(arena, slots, tenure, clocks.now);
    writeTurn(arena, slots, tenure, clocks);
    if (!wasSuspended) this.#writers.threadStatsThreadEventLoopDelay.record(delay / 1000);
    this.#setGauges(activeFor === undefined || !(passed > 0) ? undefined : activeFor / passed);
    const cpu = this.#figures.cpu?.();
    if (cpu === undefined) return;
    this.#writers.threadStatsThreadCpu.add(Math.max(0, cpu - this.#cpu) / 1000);
    this.#cpu = cpu;
  }

  #setGauges(utilization: number | undefined): void {
    const writers = this.#writers;
    if (utilization !== undefined) {
      writers.threadStatsThreadEventLoopUtilization.set(Math.min(1, Math.max(0, utilization)));
    }
    const heap = this.#figures.heap?.();
    if (heap !== undefined) writers.threadStatsThreadHeapUsed.set(heap);
  }
}

/** The observations of this thread that are not over. */
const observations = new Set<Observation>();

/** The same by the tenure's context, as users see them. */
const byContext = new WeakMap<ThreadContext, RuntimeObservation>();

/**
 * Observes the runtime of a registered thread, unless it is observed already. Owner thread only.
 *
 * @param makeWriters Makes the writers of the metrics.
 * @throws {TypeError} When an option is unknown or has the wrong shape.
 * @throws {RangeError} When an option is out of range, or the arena is full.
 * @throws {StaleThreadError} When the tenure is over.
 */
export function observeRuntime(
  action: string,
  context: ThreadContext,
  options: ObserveRuntimeOptions,
  makeWriters: () => RuntimeWriters,
): RuntimeObservation {
  const checked = readObserveRuntimeOptions(action, options);
  context.check(action);
  const existing = byContext.get(context);
  if (existing !== undefined) return existing;
  const observation = new Observation(context, makeWriters(), checked);
  const stop = () => observation.stop();
  const made = Object.freeze({ ...checked, stop, [Symbol.dispose]: stop });
  byContext.set(context, made);
  return made;
}

/** Ends the observation of a tenure, if there is one. Owner thread only. */
export function endObservation(context: ThreadContext): void {
  byContext.get(context)?.stop();
}

/**
 * This thread's latest turn, by its own clock in ms, if the next one is overdue by so much that the
 * process may have been suspended until now. `undefined` if it is not, or the thread is not
 * observed.
 */
export function overdueSince(): number | undefined {
  const { now } = readThreadClocks();
  for (const observation of observations) {
    const since = observation.overdueSince(now);
    if (since !== undefined) return since;
  }
  return undefined;
}
