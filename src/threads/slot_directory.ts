/**
 * The slots of threads: who may write where.
 *
 * A control word for each slot: generation << 3 | state. Every change of owner or state is one compare-exchange on it, and every
 * acquisition raises the generation, so that a control word names one tenure of one owner for ever.
 *
 * ```text
 *            reserve                 activate
 *   free ──────────────▶ reserved ──────────────▶ active ◀── acquire ── free, retired, revoked
 *                            │                      │  │
 *                            │ revoke        revoke │  │ unregister
 *                            ▼                      ▼  ▼
 *                         revoked ◀─────────────────┘  retired
 *                            │ some thread has seen it revoked for the whole quarantine
 *                            ▼
 *                         rested ── taken like a retired one, as after "stopped"
 * ```
 *
 * A reserved tenure that is revoked rests at once: nobody has written in it.
 *
 * The quarantine. Threads have no clock in common that nobody sets (`base/clock.ts`). So each thread
 * that finds a slot revoked notes what its own steady clock shows, and the one that revokes does so
 * at once. Whoever finds the same control word when the quarantine has passed on its own clock lets
 * the slot rest, for all threads. The word names one tenure, so the slot was revoked all the time:
 * it never rests before the quarantine is over. It rests later when no thread looks; `acquire()`
 * and `describe()` look.
 *
 * Assumptions: a slot has fewer than 2^28 tenures. A fenced thread needs less than the quarantine between the check and the store
 * of one update, or the caller of `revoke({ stopped: true })` knows that it has stopped.
 *
 * Guarantees: a slot has one owner at a time. Its writers compare the control word with the one of their tenure before each
 * update, so a fenced one throws at its next. What a slot's cells hold passes from owner to owner.
 *
 * Progress: every operation is lock-free and bounded by the number of slots. A thread killed inside one leaves a slot
 * reserved or active, as a thread killed at any other time does.
 *
 * @module
 */
import { steady } from "../base/clock.ts";
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import {
  H_SLOTS_USED,
  NAME_UNITS,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOT_CONTROL,
  SLOT_NAME_GENERATION,
  SLOT_NAME_LENGTH,
  SLOT_NAME_UNITS,
  SLOTS_OFFSET,
  wordIndex,
} from "../memory/layout.ts";
import { readUnits, writeUnits } from "../memory/utf16.ts";

/** What a slot is in. */
export type ThreadState = "active" | "reserved" | "retired" | "revoked";

/** A slot as {@linkcode ThreadStats.threads} shows it. */
export interface ThreadInfo {
  /** Number of the slot, from 0 on. */
  readonly slot: number;
  /** Name of its last owner. */
  readonly name: string;
  /** `active`: may write; `reserved`: not taken yet; `retired`: left by itself; `revoked`: fenced. */
  readonly state: ThreadState;
}

/** One owner's time in a slot. */
export interface Tenure {
  /** Number of the slot. */
  readonly slot: number;
  /** The control word, when the tenure is active. */
  readonly control: number;
}

export const FREE = 0;
export const RESERVED = 1;
export const ACTIVE = 2;
export const RETIRED = 3;
export const REVOKED = 4;
/** Revoked, and there is nothing to wait for any more. */
export const RESTED = 5;
const STATES = ["retired", "reserved", "active", "retired", "revoked", "revoked"] as const;
const STATE_MASK = 7;
const GENERATION = 8;
/**
 * By so many milliseconds two readings of a clock may be further apart than they were taken:
 * engines round them.
 */
const RESOLUTION = 1;
/** Not the generation of any name: it is being written. */
const UNNAMED = -1;

/** The slots, as one thread sees them. */
export class SlotDirectory {
  readonly #arena: Arena;
  readonly #maxThreads: number;
  /** In milliseconds. */
  readonly #quarantine: number;
  /**
   * By slot: the control word of a revoked tenure, and what the steady clock showed when this
   * thread first found it.
   */
  readonly #watched: ({ control: number; since: number } | undefined)[] = [];

  /** `quarantine` in seconds. */
  constructor(arena: Arena, maxThreads: number, quarantine: number) {
    this.#arena = arena;
    this.#maxThreads = maxThreads;
    this.#quarantine = quarantine * 1000;
  }

  /** How many slots were ever used: readers need to look no further. Any thread. */
  get used(): number {
    // No more than there are, so that in damaged memory nobody takes something else for a slot.
    return Math.min(this.#maxThreads, Atomics.load(this.#arena.views().i32, H_SLOTS_USED));
  }

  /** Whether a slot was never used. Any thread. */
  isFree(slot: number): boolean {
    return (this.#control(slot) & STATE_MASK) === FREE;
  }

  /** Index of a slot's control word in `i32`. */
  controlIndex(slot: number): number {
    return wordIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_CONTROL;
  }

  /** Index of the word with the reference of a slot's thread block, in `i32`. */
  blockIndex(slot: number): number {
    return wordIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_BLOCK;
  }

  /**
   * Takes a slot: one that had the same name, else one whose owner is gone, else a new one. Any thread.
   *
   * `prepare` gets the slot before it is taken: what it throws comes through, and nothing has changed.
   *
   * @throws {TypeError} When the name is no string.
   * @throws {RangeError} When the name is too long, or all slots are taken.
   */
  acquire(
    name: string | undefined,
    { state, prepare }: {
      state: typeof RESERVED | typeof ACTIVE;
      prepare?: (slot: number) => void;
    },
  ): Tenure {
    const action = state === RESERVED ? "reserve a thread" : "register a thread";
    const wanted = checkThreadName(action, name);
    for (;;) {
      const slot = this.#choose(action, wanted);
      const control = this.#look(slot);
      if (!this.#isTakeable(control)) continue;
      prepare?.(slot);
      const next = (((control & ~STATE_MASK) + GENERATION) | state) | 0;
      if (!this.#change(slot, control, next)) continue;
      this.#raiseUsed(slot + 1);
      this.#writeName(slot, next, wanted ?? `thread-${slot}`);
      return { slot, control: (next & ~STATE_MASK) | ACTIVE };
    }
  }

  /** Gives a tenure another name, one that was checked. Owner thread only. */
  rename(tenure: Tenure, name: string): void {
    this.#writeName(tenure.slot, tenure.control, name);
  }

  /** Makes a reserved tenure active, once; tells which state it was in. Any thread. */
  activate(tenure: Tenure): ThreadState | "over" {
    const reserved = (tenure.control & ~STATE_MASK) | RESERVED;
    const found = Atomics.compareExchange(
      this.#arena.views().i32,
      this.controlIndex(tenure.slot),
      reserved,
      tenure.control,
    );
    return (found & ~STATE_MASK) === (reserved & ~STATE_MASK) ? STATES[found & STATE_MASK] : "over";
  }

  /** Ends a tenure from within: the cells stay, the slot can have a new owner at once. Owner thread only. */
  retire(tenure: Tenure): boolean {
    return this.#change(tenure.slot, tenure.control, (tenure.control & ~STATE_MASK) | RETIRED);
  }

  /**
   * Ends a tenure from outside. With `stopped` the slot can be taken at once, else after the quarantine. True if
   * the tenure was not over yet. Any thread.
   */
  revoke(tenure: Tenure, stopped: boolean): boolean {
    const generation = tenure.control & ~STATE_MASK;
    for (;;) {
      const control = this.#control(tenure.slot);
      const state = control & STATE_MASK;
      if ((control & ~STATE_MASK) !== generation || state === RETIRED) return false;
      const wasRevoked = state === REVOKED || state === RESTED;
      if (wasRevoked && !stopped) return false;
      // A seat that nobody took needs no quarantine: nobody has written, and from the change on nobody can.
      const next = stopped ? RETIRED : state === RESERVED ? RESTED : REVOKED;
      if (!this.#change(tenure.slot, control, generation | next)) continue;
      this.#look(tenure.slot);
      return !wasRevoked;
    }
  }

  /** The control word of the slot's tenure while that is active, else -1. Any thread. */
  activeControl(slot: number): number {
    const control = this.#control(slot);
    return isActive(control) ? control : -1;
  }

  /** Why a writer of this tenure may not write. Any thread. */
  reason(tenure: Tenure): string {
    const control = this.#control(tenure.slot);
    const same = (control & ~STATE_MASK) === (tenure.control & ~STATE_MASK);
    if (!same) return "one whose slot has a new owner";
    const state = control & STATE_MASK;
    return state === REVOKED || state === RESTED ? "a revoked one" : "one that has ended";
  }

  /** The slot as people see it; `undefined` when it was never used. Any thread. */
  describe(slot: number): ThreadInfo | undefined {
    for (;;) {
      const control = this.#look(slot);
      if ((control & STATE_MASK) === FREE) return undefined;
      const name = this.#readName(slot, control);
      if (this.#control(slot) === control) {
        // What is no state, in damaged memory, is never taken either.
        return { slot, name, state: STATES[control & STATE_MASK] ?? "revoked" };
      }
    }
  }

  #control(slot: number): number {
    return Atomics.load(this.#arena.views().i32, this.controlIndex(slot));
  }

  /** The one way in which a control word changes. SeqCst; pairs with itself in other threads and with the fence in the writers. */
  #change(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#arena.views().i32, this.controlIndex(slot), from, to) ===
      from;
  }

  #choose(action: string, name: string | undefined): number {
    // Slots may change hands behind our back: there is none only if nothing has changed while we found none, twice.
    for (let before = "";;) {
      const used = this.used;
      let gone = -1;
      let seen = "";
      for (let slot = 0; slot < used; slot++) {
        const control = this.#look(slot);
        seen += `${control} `;
        if (!this.#isTakeable(control)) continue;
        if (
          name !== undefined && (control & STATE_MASK) !== FREE &&
          this.#readName(slot, control) === name
        ) return slot;
        if (gone < 0) gone = slot;
      }
      if (gone >= 0) return gone;
      // Somebody may have taken a new slot and not yet raised `used`.
      for (let slot = used; slot < this.#maxThreads; slot++) {
        const control = this.#control(slot);
        seen += `${control} `;
        if ((control & STATE_MASK) === FREE) return slot;
      }
      if (seen === before) break;
      before = seen;
    }
    throw new RangeError(
      cannot(
        action,
        `at most ${this.#maxThreads} at a time (maxThreads)`,
        got("one more"),
      ),
    );
  }

  #isTakeable(control: number): boolean {
    const state = control & STATE_MASK;
    if (state === REVOKED) return this.#quarantine === 0;
    return state === FREE || state === RETIRED || state === RESTED;
  }

  /**
   * The control word. Lets a slot rest that this thread has seen revoked for the whole quarantine.
   */
  #look(slot: number): number {
    const control = this.#control(slot);
    if ((control & STATE_MASK) !== REVOKED || this.#quarantine === 0) return control;
    const watched = this.#watched[slot];
    if (watched === undefined || watched.control !== control) {
      this.#watched[slot] = { control, since: steady() };
      return control;
    }
    if (steady() - watched.since <= this.#quarantine + RESOLUTION) return control;
    const rested = (control & ~STATE_MASK) | RESTED;
    // Who does not make the change comes too late for it: another thread has, or the slot has a new
    // owner.
    return this.#change(slot, control, rested) ? rested : this.#control(slot);
  }

  #raiseUsed(count: number): void {
    const { i32 } = this.#arena.views();
    for (;;) {
      const used = Atomics.load(i32, H_SLOTS_USED);
      if (used >= count || Atomics.compareExchange(i32, H_SLOTS_USED, used, count) === used) return;
    }
  }

  #writeName(slot: number, control: number, name: string): void {
    const { i32, u16 } = this.#arena.views();
    const words = this.controlIndex(slot);
    Atomics.store(i32, words + SLOT_NAME_GENERATION, UNNAMED);
    writeUnits(u16, words * 2 + SLOT_NAME_UNITS, name);
    Atomics.store(i32, words + SLOT_NAME_LENGTH, name.length);
    // Last, so that a reader of this tenure's generation sees this tenure's name.
    Atomics.store(i32, words + SLOT_NAME_GENERATION, control & ~STATE_MASK);
  }

  /** The name, or "" in the instants in which the owner writes it. */
  #readName(slot: number, control: number): string {
    const { i32, u16 } = this.#arena.views();
    const words = this.controlIndex(slot);
    const generation = control & ~STATE_MASK;
    if (Atomics.load(i32, words + SLOT_NAME_GENERATION) !== generation) return "";
    const length = Math.min(NAME_UNITS, Atomics.load(i32, words + SLOT_NAME_LENGTH));
    const name = readUnits(u16, words * 2 + SLOT_NAME_UNITS, length);
    // A read-modify-write, as a load could be served before the units' loads (AArch64).
    return Atomics.add(i32, words + SLOT_NAME_GENERATION, 0) === generation ? name : "";
  }
}

/**
 * The name of a thread, in well-formed Unicode: one that was cut in the middle of a character is
 * the same name to all exporters.
 *
 * @throws {TypeError} When it is neither a string nor left out.
 * @throws {RangeError} When it is too long.
 */
export function checkThreadName(action: string, name: unknown): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name !== "string") {
    throw new TypeError(cannot(action, "its name must be a string", name));
  }
  if (name.length > NAME_UNITS) {
    throw new RangeError(
      cannot(
        action,
        `its name may have ${NAME_UNITS} UTF-16 code units`,
        got(String(name.length)),
      ),
    );
  }
  return name.toWellFormed();
}

/** Whether a control word is that of an active tenure. */
export function isActive(control: number): boolean {
  return (control & STATE_MASK) === ACTIVE;
}
