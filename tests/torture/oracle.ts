/**
 * The oracle knows what each thread has counted: from the thread's own report, or from the position
 * in its script when it was killed. It compares these sums with those of the library.
 *
 * @module
 */
import type { Plan } from "./life.ts";
import { FLOWS, KEYS, type Stats, STEP } from "./schema.ts";
import { ACCOUNTS, countsBetween, noSums, replay, setAccount, type Sums } from "./script.ts";

/** The sums of a slot when a thread took it. */
export interface Account {
  readonly slot: number;
  readonly before: Sums;
}

/** The progress of a thread. */
export interface End {
  /** The operations that it started, and those that it finished. */
  readonly started: number;
  readonly finished: number;
  /** How many it had started when its seat was revoked. */
  readonly revoked?: number;
}

/** The number of defects of a kind that are described in words. */
const TOLD = 5;

/** The oracle's accounts. */
export class Oracle {
  /** Operations that were finished. */
  updates = 0;
  /** Lives that ended by themselves. */
  left = 0;
  /** Kills by how they were done. */
  readonly kills = { terminate: 0, throw: 0, exit: 0, loop: 0, revoke: 0, fill: 0 };
  /** Updates in flight at a kill that did not count: one at most for each kill. */
  lost = 0;
  /** Updates in flight at a kill that counted. */
  saved = 0;
  /** Sums that no possible number of updates explains. */
  readonly wrong: string[] = [];
  wrongs = 0;
  /** Gauges that still had the value of a dead thread. */
  readonly haunted: string[] = [];
  readonly #stats: Stats;
  readonly #moves: readonly number[];
  readonly #total = noSums();

  /** `moves`: the buckets of that record. */
  constructor(stats: Stats, moves: readonly number[]) {
    this.#stats = stats;
    this.#moves = moves;
  }

  /** All kills. */
  get killed(): number {
    return Object.values(this.kills).reduce((sum, count) => sum + count);
  }

  /** Before a thread takes a slot. */
  open(slot: number): Account {
    return { slot, before: this.#read(slot) };
  }

  /**
   * After a thread has stopped, or was refused for good: compares what its slot got with what it
   * has done.
   */
  settle(
    { slot, before }: Account,
    plan: Plan,
    { started, finished, revoked = Infinity }: End,
    said?: Sums,
  ): void {
    const { sums, last } = replay(plan.seed, started);
    if (plan.ending === "leave") {
      // It says itself what it has counted, as its slot may have a new owner by now; the totals in
      // the end are the proof.
      this.left++;
      if (said === undefined || !isSame(said, sums)) this.#note(plan, "other sums were reported");
      return this.credit(sums, finished);
    }
    this.kills[plan.ending]++;
    // What was in flight when the seat was revoked may have passed its check; what comes then may
    // not.
    if (countsBetween(plan.seed, revoked + 2, finished)) {
      this.#note(plan, `counts on after ${revoked} operations, when its seat was revoked`);
    }
    const now = this.#read(slot);
    const got = now.map((value, n) => value - before[n]);
    const isWhole = isSame(got, sums);
    const inFlight = started !== finished;
    if (!isWhole && !(inFlight && isSame(got, last))) {
      const wrong = ACCOUNTS.flatMap((account, n) =>
        got[n] === sums[n] || got[n] === last[n]
          ? []
          : [`${account} is ${got[n]} of ${last[n]} to ${sums[n]}`]
      );
      this.#note(plan, `${wrong} after ${finished} of ${started}`);
    } else if (inFlight) this[isWhole ? "saved" : "lost"]++;
    this.credit(got, finished);
  }

  /** Adds to the expected totals. */
  credit(sums: Sums, updates: number): void {
    this.updates += updates;
    for (const [n, sum] of sums.entries()) this.#total[n] += sum;
  }

  /** Notes gauges that still have the value of a thread that has ended. */
  assertSilent(thread: string): void {
    const { level, lowest, highest, latest } = this.#stats.metrics;
    for (const gauge of [level, lowest, highest, latest]) {
      const part = gauge.perThread().find((part) => part.thread === thread);
      if (part !== undefined) this.haunted.push(`${thread} still has ${part.value}`);
    }
  }

  /** Compares the totals with all threads' sums, after all threads have stopped. */
  close(): void {
    const total = this.#read();
    for (const [n, account] of ACCOUNTS.entries()) {
      if (total[n] === this.#total[n]) continue;
      this.wrongs++;
      this.wrong.push(`in all, ${account} is ${total[n]} and not ${this.#total[n]}`);
    }
  }

  #note({ seed, ending, operations }: Plan, text: string): void {
    this.wrongs++;
    if (this.wrong.length >= TOLD) return;
    this.wrong.push(`${ending} (seed ${seed}, ${operations} operations): ${text}`);
  }

  /** What the owners of a slot have counted, or all threads. */
  #read(slot?: number): Sums {
    const { hits, few, calls, wide, flow, moves, latency, size } = this.#stats.metrics;
    const sums = noSums();
    const set = (account: string, value: number) => setAccount(sums, account, value);
    const part = <Value>(parts: readonly { slot: number; value: Value }[]) =>
      parts.find((part) => part.slot === slot)?.value;
    const all = slot === undefined;
    set("hits", all ? hits.read() : part(hits.perThread()) ?? 0);
    let inFew = 0;
    for (const id of few.ids()) inFew += all ? few.read(id) : part(few.perThread(id)) ?? 0;
    set("few", inFew);
    for (const key of KEYS) {
      set(`calls ${key}`, all ? calls.read({ key }) : part(calls.perThread({ key })) ?? 0);
      const value = all ? wide.read({ key }) : part(wide.perThread({ key }));
      const count = value?.count ?? 0;
      // One wrong bit of the 64 makes the account wrong.
      const isRight = value === undefined ||
        value.once === BigInt.asUintN(64, STEP * BigInt(count));
      set(`wide ${key}`, isRight ? count : NaN);
    }
    for (const [n, labels] of FLOWS.entries()) {
      const value = all ? flow.read(labels) : part(flow.perThread(labels));
      set(`flow ${n}`, Number(value?.count ?? 0));
    }
    for (const [n, id] of this.#moves.entries()) {
      const value = all ? moves.read(id) : part(moves.perThread(id));
      set(`moves ${n}`, Number(value?.count ?? 0));
      set(`way ${n}`, value?.way ?? 0);
      set(`squares ${n}`, Number(value?.squares ?? 0));
    }
    for (const [name, histogram] of [["latency", latency], ["size", size]] as const) {
      const value = all ? histogram.read() : part(histogram.perThread());
      set(name, value?.count ?? 0);
      set(`${name} sum`, value?.sum ?? 0);
    }
    return sums;
  }
}

function isSame(some: Sums, others: Sums): boolean {
  return some.every((sum, n) => sum === others[n]);
}
