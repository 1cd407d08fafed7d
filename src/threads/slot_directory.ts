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
 *                            └── quarantine over, or "stopped" ──▶ taken like a retired one
 * ```
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
import { cannot, got } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
import {
  H_SLOTS_USED,
  longIndex,
  NAME_UNITS,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOT_CONTROL,
  SLOT_NAME_GENERATION,
  SLOT_NAME_LENGTH,
  SLOT_NAME_UNITS,
  SLOT_REVOKED_LONG,
  SLOTS_OFFSET,
  wordIndex,
} from "../memory/layout.ts";
import { readUnits, writeUnits } from "../memory/text.ts";

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
  /**
   * When its present owner registered, in milliseconds since 1970 by the wall clock; `undefined` when it has none. Not enumerable, and not there in what was cloned or
   * serialized.
   */
  readonly since?: number;
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
const STATES: readonly ThreadState[] = ["retired", "reserved", "active", "retired", "revoked"];
const STATE_MASK = 7;
const GENERATION = 8;
/** Names in the error at the last slot. */
const NAMES_SHOWN = 8;
/** Instead of a time: there is nothing to wait for. */
const NEVER = 0;
/** Not the generation of any name: it is being written. */
const UNNAMED = -1;

/** The slots, as one thread sees them. */
export class SlotDirectory {
  readonly #arena: Arena;
  readonly #maxThreads: number;
  readonly #quarantine: number;

  /** `quarantine` in seconds. */
  constructor(arena: Arena, maxThreads: number, quarantine: number) {
    this.#arena = arena;
    this.#maxThreads = maxThreads;
    this.#quarantine = quarantine;
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
    assertThreadName(name);
    for (;;) {
      const slot = this.#choose(name);
      const control = this.#control(slot);
      if (!this.#isTakeable(slot, control)) continue;
      prepare?.(slot);
      const next = (((control & ~STATE_MASK) + GENERATION) | state) | 0;
      if (!this.#change(slot, control, next)) continue;
      this.#raiseUsed(slot + 1);
      this.#writeName(slot, next, name ?? `thread-${slot}`);
      return { slot, control: (next & ~STATE_MASK) | ACTIVE };
    }
  }

  /** Gives a tenure another name. Owner thread only. */
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
      if (state === REVOKED && !stopped) return false;
      if (!this.#change(tenure.slot, control, generation | (stopped ? RETIRED : REVOKED))) continue;
      // A seat that nobody took needs no quarantine: nobody has written, and from the change on nobody can.
      if (!stopped) {
        this.#noteRevocation(tenure.slot, generation, state === RESERVED ? NEVER : seconds());
      }
      return state !== REVOKED;
    }
  }

  /** The control word of the slot's tenure while that is active, else -1. Any thread. */
  activeControl(slot: number): number {
    const control = this.#control(slot);
    return isActive(control) ? control : -1;
  }

  /** The slot's present tenure, when it is not over or its thread may still run. Any thread. */
  tenureOf(slot: number): Tenure | undefined {
    const control = this.#control(slot);
    const state = control & STATE_MASK;
    if (state !== RESERVED && state !== ACTIVE && state !== REVOKED) return undefined;
    return { slot, control: generationOf(control) | ACTIVE };
  }

  /** Why a writer of this tenure may not write. Any thread. */
  reason(tenure: Tenure): string {
    const control = this.#control(tenure.slot);
    const same = (control & ~STATE_MASK) === (tenure.control & ~STATE_MASK);
    if (!same) return "one whose slot has a new owner";
    return (control & STATE_MASK) === REVOKED ? "a revoked one" : "one that has ended";
  }

  /** The slot as people see it; `undefined` when it was never used. Any thread. */
  describe(slot: number): ThreadInfo | undefined {
    for (;;) {
      const control = this.#control(slot);
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

  #choose(name: string | undefined): number {
    // Slots may change hands behind our back: there is none only if nothing has changed while we found none, twice.
    for (let before = "";;) {
      const used = this.used;
      let gone = -1;
      let seen = "";
      for (let slot = 0; slot < used; slot++) {
        const control = this.#control(slot);
        seen += `${control} `;
        if (!this.#isTakeable(slot, control)) continue;
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
    const required = `at most ${this.#maxThreads} at a time (maxThreads; threads that have ended ` +
      "give their slots back by join(), follow(worker), unregister() or revoke(slot))";
    throw new RangeError(cannot("register a thread", required, got(`one more: ${this.#crowd()}`)));
  }

  /** Who has the slots. */
  #crowd(): string {
    const infos = Array.from({ length: this.used }, (_, slot) => this.describe(slot));
    const count = (state: ThreadState) => infos.filter((info) => info?.state === state).length;
    const active = infos.filter((info) => info?.state === "active");
    const names = active.slice(0, NAMES_SHOWN).map((info) => JSON.stringify(info!.name));
    if (active.length > NAMES_SHOWN) names.push(`${active.length - NAMES_SHOWN} more`);
    const named = names.length === 0 ? "" : ` (${names.join(", ")})`;
    return `${active.length} active${named}, ${count("reserved")} reserved, ` +
      `${count("revoked")} in quarantine`;
  }

  #isTakeable(slot: number, control: number): boolean {
    const state = control & STATE_MASK;
    if (state !== REVOKED) return state === FREE || state === RETIRED;
    const since = this.#noteRevocation(slot, control & ~STATE_MASK, seconds());
    return since === NEVER || this.#quarantine === 0 ||
      ((seconds() - since) | 0) > this.#quarantine;
  }

  /**
   * Notes when a tenure was revoked, and returns that. The note carries the generation, so that who sleeps in here does not
   * touch that of a later tenure; and whoever finds a revoked slot makes the note, so that nobody needs the revoker for it.
   */
  #noteRevocation(slot: number, generation: number, since: number): number {
    const { u64 } = this.#arena.views();
    const index = longIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_REVOKED_LONG;
    for (;;) {
      const note = Atomics.load(u64, index);
      const age = ((generation >>> 0) - Number(note >> 32n)) | 0;
      if (age === 0 && note !== 0n) return Number(note & 0xffffffffn);
      if (age < 0) return since;
      const made = (BigInt(generation >>> 0) << 32n) | BigInt(since >>> 0); // negative from 2038 on
      if (Atomics.compareExchange(u64, index, note, made) === note) return since;
    }
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
 * Throws unless `name` can name a thread.
 *
 * @throws {TypeError} When it is neither a string nor left out.
 * @throws {RangeError} When it is too long.
 */
export function assertThreadName(name: unknown): void {
  if (name === undefined) return;
  if (typeof name !== "string") {
    throw new TypeError(cannot("register a thread", "its name must be a string", name));
  }
  if (name.length > NAME_UNITS) {
    throw new RangeError(
      cannot(
        "register a thread",
        `its name may have ${NAME_UNITS} UTF-16 code units`,
        got(String(name.length)),
      ),
    );
  }
}

/** Seconds since 1970, in a word: the same clock in all threads. */
function seconds(): number {
  return Math.floor(Date.now() / 1000) | 0;
}

/** The generation in a control word. */
export function generationOf(control: number): number {
  return control & ~STATE_MASK;
}

/** Whether a control word is that of an active tenure. */
export function isActive(control: number): boolean {
  return (control & STATE_MASK) === ACTIVE;
}
