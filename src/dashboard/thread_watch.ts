/**
 * How threads do, from what they change between samples. The memory has no times: that would cost
 * writers. So a time is late by one interval at most.
 *
 * @module
 */
import type { ThreadInfo } from "../threads/control_word.ts";
import type { Tick } from "./metric_history.ts";
import type { Condition, ThreadRow } from "./shared/conditions.ts";
import { Ring } from "./shared/ring.ts";

/**
 * A thread that changed nothing for so long is not moving; or for two intervals, if that is longer.
 */
const MOVING_MS = 2000;
/**
 * A thread whose event loop is overdue by so long is blocked; or by an interval, if that is longer.
 * It turns once a second by default, so that a thread which hangs for 2 s is seen while it does.
 */
const OVERDUE_MS = 1000;
/** A break counts as usual for this long, and up to twice as long. */
const BREAKS_MS = 300_000;
/** Steps of the line of updates. */
const MINUTE = 60;

/** What a sample shows of one thread. */
export interface ThreadLook {
  /** Whether it changed anything. */
  readonly changed: boolean;
  /** About how many updates it made. */
  readonly updates: number;
  /** What the gauges of work in progress have for it. */
  readonly busy: number;
  /**
   * For how many milliseconds its event loop has not turned; 0: it turns. `undefined`: nobody
   * observes it.
   */
  readonly blocked: number | undefined;
}

/** One tenure. Times are of the clock that is never set. */
interface Watched {
  readonly name: string;
  state: ThreadInfo["state"];
  /** When it was seen first, or came into its state. */
  since: number;
  /** Whether `since` is when that came about, not when somebody began to look. */
  isWitnessed: boolean;
  /** When it changed something last; `undefined` before that was seen. */
  last: number | undefined;
  /**
   * Longest breaks of this stretch of time and the one before; those with work in progress apart,
   * as a thread that waits for work may well wait for longer than one that has some.
   */
  readonly gaps: { idle: [number, number]; busy: [number, number] };
  row: ThreadRow | undefined;
}

/** Watches all slots. Memory: one line of 60 numbers for each. */
export class ThreadWatch {
  readonly #moving: number;
  readonly #overdue: number;
  readonly #threads = new Map<number, Watched>();
  readonly #lines = new Map<number, Ring>();
  readonly #done: number[] = [];
  #turned = -Infinity;
  #steps: number[] = [];
  #rows: ThreadRow[] = [];
  #changed: ThreadRow[] = [];
  #offset = NaN;
  #hasLooked = false;

  /** `every`: milliseconds between samples. */
  constructor(every: number) {
    this.#moving = Math.max(MOVING_MS, 2 * every);
    this.#overdue = Math.max(OVERDUE_MS, every);
  }

  /**
   * Takes a sample.
   *
   * @param threads The slots.
   * @param look What it shows of each.
   * @param tick When it was taken; `now` by the clock that is never set.
   */
  update(
    threads: readonly ThreadInfo[],
    look: (slot: number) => ThreadLook,
    { n, at, now, seconds }: Tick & { readonly now: number },
  ): void {
    if (now - this.#turned > BREAKS_MS) {
      this.#turned = now;
      for (const { gaps } of this.#threads.values()) {
        gaps.idle = [0, gaps.idle[0]];
        gaps.busy = [0, gaps.busy[0]];
      }
    }
    // When the clock of days was set all times have to be told anew.
    const wasSet = !(Math.abs(at - now - this.#offset) < 500);
    this.#offset = at - now;
    this.#rows = [];
    this.#changed = [];
    this.#steps = [];
    for (const thread of threads) {
      const { slot } = thread;
      const seen = look(slot);
      const watched = this.#watch(thread, now, seen.changed);
      const row = this.#row(thread, watched, seen, { at, now });
      this.#rows.push(row);
      const before = watched.row;
      if (wasSet || before === undefined || isNews(row, before)) this.#changed.push(row);
      watched.row = row;
      this.#steps[slot] = seen.updates;
      this.#done[slot] = (this.#done[slot] ?? 0) + seen.updates;
      let line = this.#lines.get(slot);
      if (line === undefined) this.#lines.set(slot, line = new Ring(MINUTE, 1));
      line.push(n, thread.state === "active" ? seen.updates / seconds : NaN);
    }
    this.#hasLooked = true;
  }

  /** All threads. */
  get rows(): readonly ThreadRow[] {
    return this.#rows;
  }

  /** Those of whom there is news since the sample before. */
  get changed(): readonly ThreadRow[] {
    return this.#changed;
  }

  /** Updates of the last interval, by slot. */
  get steps(): readonly (number | undefined)[] {
    return this.#steps;
  }

  /** Updates since they are watched, by slot. */
  get done(): readonly (number | undefined)[] {
    return this.#done;
  }

  /** Updates per second of the last minute, by slot, oldest first. */
  get lines(): number[][] {
    const slots = Math.max(0, ...this.#rows.map(([slot]) => slot + 1));
    return Array.from({ length: slots }, (_, slot) => this.#lines.get(slot)?.values() ?? []);
  }

  #watch({ slot, name, state }: ThreadInfo, now: number, changed: boolean): Watched {
    let watched = this.#threads.get(slot);
    if (watched === undefined || watched.name !== name || startsAnew(watched.state, state)) {
      // A tenure that begins while somebody looks has just begun.
      watched = {
        ...{ name, state, since: now, isWitnessed: this.#hasLooked },
        ...{ last: undefined, gaps: { idle: [0, 0], busy: [0, 0] }, row: undefined },
      };
      this.#threads.set(slot, watched);
    } else if (watched.state !== state) {
      watched.state = state;
      watched.since = now;
      watched.isWitnessed = true;
    }
    if (changed) {
      const silence = now - (watched.last ?? watched.since);
      const gaps = (watched.row?.[6] ?? 0) > 0 ? watched.gaps.busy : watched.gaps.idle;
      if (silence > this.#moving) gaps[0] = Math.max(gaps[0], silence);
      watched.last = now;
    }
    return watched;
  }

  #row(
    { slot, name, state }: ThreadInfo,
    watched: Watched,
    { busy, blocked }: ThreadLook,
    { at, now }: { at: number; now: number },
  ): ThreadRow {
    const day = (time: number) => Math.round(at - (now - time));
    let gap = Math.round(Math.max(...(busy > 0 ? watched.gaps.busy : watched.gaps.idle)));
    const silence = now - (watched.last ?? watched.since);
    let condition: Condition;
    if (state !== "active") condition = state;
    else if (blocked !== undefined && blocked > this.#overdue) condition = "blocked";
    else if (silence < this.#moving) condition = watched.last === undefined ? "watched" : "moving";
    else if (silence <= gap) condition = "idle";
    else if (blocked !== undefined) {
      // An event loop that turns does not hang, whatever is in progress and however unusual it is.
      condition = "idle";
      gap = 0;
    } else condition = busy > 0 ? "stuck" : "silent";
    const last = watched.last === undefined ? 0 : day(watched.last);
    let since = state === "active" || watched.isWitnessed ? day(watched.since) : 0;
    if (condition === "blocked") since = Math.round(at - blocked!);
    return [slot, name, state, last, gap, condition, busy, since];
  }
}

/** Whether a slot got another owner, though one of the same name. */
function startsAnew(before: ThreadInfo["state"], now: ThreadInfo["state"]): boolean {
  const isOver = before === "retired" || before === "revoked";
  return isOver && (now === "active" || now === "reserved");
}

/** Whether a row tells more than that the thread goes on as it did. */
function isNews(row: ThreadRow, before: ThreadRow): boolean {
  return row.some((value, i) =>
    i === 3 ? row[5] !== "moving" && value !== before[3] : value !== before[i]
  );
}
