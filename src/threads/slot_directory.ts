/**
 * The slots of threads: which thread may write where.
 *
 * Each slot has a control word (`control_word.ts`). Every change of owner or state is one
 * compare-exchange on it.
 *
 * ```text
 *                        reserve
 *                            ┌────────────────────────────────── entered ◀────── acquire: free,
 *                            ▼         activate         activate    │            retired, rested
 *                         reserved ──────────────▶ active ◀─────────┘
 *                            │                      │  │
 *                            │ revoke        revoke │  │ unregister
 *                            ▼                      ▼  ▼
 *                         revoked ◀─────────────────┘  retired
 *                            │ a thread has seen it revoked for the whole quarantine
 *                            ▼
 *                         rested
 * ```
 *
 * Revoking with `stopped` makes a slot retired. A reserved tenure that is revoked rests at once,
 * because nobody writes in it; an entered one does not, because its thread may be noting its
 * identity. With a quarantine of 0 seconds, revoked slots can be taken.
 *
 * A thread that registers enters a slot, notes its identity (`slot_owner.ts`), and activates its
 * tenure. One that reserves a slot does the same, but notes only its process. If it is killed
 * before the identity is complete, no sign of its death leads to the slot. So an entered slot rests
 * too, once a thread has seen it entered for the whole quarantine, and for at least `ENTERING`
 * milliseconds. If the registering thread lives after all, its activation fails, and it enters
 * another slot.
 *
 * Each thread measures the quarantine by its own clock (`quarantine.ts`). The first one that finds
 * it over changes the slot to rested, for all threads. A slot rests later if no thread observes it
 * twice: `acquire()`, `describe()`, `endQuarantines()` and `revoke()` observe. A thread that lives
 * for a shorter time than the quarantine ends none, so a thread that lives longer has to call
 * `endQuarantines()` now and then.
 *
 * Assumptions: a slot has fewer than 2^29 tenures. A fenced thread needs less time than the
 * quarantine from the check to the last store of one update, and a thread that registers from one
 * step of that to the next; or the caller of `revoke({ stopped: true })` knows that the thread has
 * stopped.
 *
 * Guarantees: a slot has one owner at a time. Writers compare the control word with that of their
 * tenure before each update, so a fenced one throws at its next update. The content of a slot's
 * cells passes from owner to owner.
 *
 * Progress: every operation is lock-free. A thread killed inside one leaves a slot reserved or
 * active, as a thread killed at any other time does, or entered.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import {
  H_SLOTS_USED,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOT_CONTROL,
  SLOTS_OFFSET,
  wordIndex,
} from "../memory/layout.ts";
import {
  ACTIVE,
  ENTERED,
  FREE,
  GENERATION,
  generationOf,
  isActive,
  RESERVED,
  RESTED,
  RETIRED,
  REVOKED,
  stateNameOf,
  stateOf,
  type Tenure,
  type ThreadInfo,
  type ThreadState,
} from "./control_word.ts";
import { Quarantine } from "./quarantine.ts";
import { checkThreadName, readName, writeName } from "./slot_names.ts";

/** Maximum number of names in the error for a full directory. */
const NAMES_SHOWN = 8;
/** A slot stays entered for at least so many milliseconds, however short the quarantine is. */
const ENTERING = 1000;

/** The slots, as one thread sees them. */
export class SlotDirectory {
  readonly #arena: Arena;
  readonly #maxThreads: number;
  readonly #quarantine: Quarantine;

  /** `quarantine` is in seconds. */
  constructor(arena: Arena, maxThreads: number, quarantine: number) {
    this.#arena = arena;
    this.#maxThreads = maxThreads;
    this.#quarantine = new Quarantine(quarantine);
  }

  /** Number of slots used so far: readers need no others. Any thread. */
  get used(): number {
    // At most `maxThreads`, so that damaged memory does not lead beyond the slots.
    return Math.min(this.#maxThreads, Atomics.load(this.#arena.views().i32, H_SLOTS_USED));
  }

  /** Whether a slot was never used. Any thread. */
  isFree(slot: number): boolean {
    return stateOf(this.#control(slot)) === FREE;
  }

  /** Index in `i32` of a slot's control word. Any thread. */
  controlIndex(slot: number): number {
    return wordIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_CONTROL;
  }

  /** Index in `i32` of the reference of a slot's thread block. Any thread. */
  blockIndex(slot: number): number {
    return wordIndex(SLOTS_OFFSET + slot * SLOT_BYTES) + SLOT_BLOCK;
  }

  /**
   * Takes a slot: one whose last owner had the same name, else any used one that can be taken, else
   * a new one. Any thread; lock-free.
   *
   * `prepare` is called with the slot before it is taken. Errors that it throws propagate; nothing
   * has changed then.
   *
   * @throws {TypeError} When the name is not a string.
   * @throws {RangeError} When the name is too long, or all slots are taken.
   */
  acquire(
    name: string | undefined,
    { state, prepare, action = "register a thread" }: {
      state: typeof RESERVED | typeof ENTERED | typeof ACTIVE;
      prepare?: (slot: number) => void;
      action?: string;
    },
  ): Tenure {
    const wanted = checkThreadName(action, name);
    for (;;) {
      const slot = this.#choose(action, wanted);
      const control = this.#observe(slot);
      if (!this.#isTakeable(control)) continue;
      prepare?.(slot);
      const next = ((generationOf(control) + GENERATION) | state) | 0;
      if (!this.#change(slot, control, next)) continue;
      this.#raiseUsed(slot + 1);
      writeName(this.#arena, this.controlIndex(slot), next, wanted ?? `thread-${slot}`);
      return { slot, control: generationOf(next) | ACTIVE };
    }
  }

  /** Gives a tenure another name, which `checkThreadName` has returned. Owner thread only. */
  rename(tenure: Tenure, name: string): void {
    writeName(this.#arena, this.controlIndex(tenure.slot), tenure.control, name);
  }

  /**
   * Makes a tenure active that is in the state `from`, and returns the state that it was in: it
   * succeeds once, with "reserved". "over" means that the slot has a later tenure. Any thread.
   */
  activate(
    tenure: Tenure,
    from: typeof RESERVED | typeof ENTERED = RESERVED,
  ): ThreadState | "over" {
    const reserved = generationOf(tenure.control) | from;
    const found = Atomics.compareExchange(
      this.#arena.views().i32,
      this.controlIndex(tenure.slot),
      reserved,
      tenure.control,
    );
    return generationOf(found) === generationOf(reserved) ? stateNameOf(found) : "over";
  }

  /**
   * Makes an entered tenure a reserved one. False when it rests by now. The thread that has entered
   * the slot calls this.
   */
  reserve({ slot, control }: Tenure): boolean {
    const generation = generationOf(control);
    return this.#change(slot, generation | ENTERED, generation | RESERVED);
  }

  /**
   * Ends a tenure by its owner. The cells stay, and the slot can be taken at once. False when the
   * tenure was over already. Owner thread only.
   */
  retire(tenure: Tenure): boolean {
    return this.#change(tenure.slot, tenure.control, generationOf(tenure.control) | RETIRED);
  }

  /**
   * Ends a tenure from outside. The slot can be taken at once if `stopped`, else after the
   * quarantine. Returns whether the tenure was not over yet. Any thread.
   */
  revoke(tenure: Tenure, stopped: boolean): boolean {
    const generation = generationOf(tenure.control);
    for (;;) {
      const control = this.#control(tenure.slot);
      const state = stateOf(control);
      if (generationOf(control) !== generation || state === RETIRED) return false;
      const wasRevoked = state === REVOKED || state === RESTED;
      if (wasRevoked && !stopped) return false;
      // A reserved one needs no quarantine: its thread has not written, and after this change it
      // cannot.
      const next = stopped ? RETIRED : state === RESERVED ? RESTED : REVOKED;
      if (!this.#change(tenure.slot, control, generation | next)) continue;
      this.#observe(tenure.slot);
      return !wasRevoked;
    }
  }

  /**
   * Lets all slots rest that this thread has seen revoked, or entered, for the whole quarantine.
   * Any thread.
   */
  endQuarantines(): void {
    for (let slot = this.used - 1; slot >= 0; slot--) this.#observe(slot);
  }

  /** The control word of the slot if its tenure is active, else -1. Any thread. */
  activeControl(slot: number): number {
    const control = this.#control(slot);
    return isActive(control) ? control : -1;
  }

  /** The slot's present tenure, if it is not over or its thread may still run. Any thread. */
  tenureOf(slot: number): Tenure | undefined {
    const control = this.#control(slot);
    const state = stateOf(control);
    if (state !== RESERVED && state !== ENTERED && state !== ACTIVE && state !== REVOKED) {
      return undefined;
    }
    return { slot, control: generationOf(control) | ACTIVE };
  }

  /** Why a writer of this tenure may not write, for error texts. Any thread. */
  reason(tenure: Tenure): string {
    const control = this.#control(tenure.slot);
    const same = generationOf(control) === generationOf(tenure.control);
    if (!same) return "one whose slot has a new owner";
    const state = stateOf(control);
    return state === REVOKED || state === RESTED ? "a revoked one" : "one that has ended";
  }

  /** Name and state of the slot; `undefined` when it was never used. Any thread. */
  describe(slot: number): ThreadInfo | undefined {
    for (;;) {
      const control = this.#observe(slot);
      if (stateOf(control) === FREE) return undefined;
      const name = readName(this.#arena, this.controlIndex(slot), control);
      if (this.#control(slot) === control) {
        return { slot, name, state: stateNameOf(control) };
      }
    }
  }

  #control(slot: number): number {
    return Atomics.load(this.#arena.views().i32, this.controlIndex(slot));
  }

  /**
   * Changes a control word. SeqCst; pairs with the same operation of other threads, and with the
   * check in the writers (`CellWriter.isCurrent`): without it a slot could have two owners. Only
   * `activate` has its own compare-exchange, as it needs the word that it found.
   */
  #change(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#arena.views().i32, this.controlIndex(slot), from, to) ===
      from;
  }

  #choose(action: string, name: string | undefined): number {
    // Slots may change owners behind the search. The directory is full only if two searches in
    // succession found nothing, and the same control words.
    for (let before = "";;) {
      const used = this.used;
      let gone = -1;
      let seen = "";
      for (let slot = 0; slot < used; slot++) {
        const control = this.#observe(slot);
        seen += `${control} `;
        if (!this.#isTakeable(control)) continue;
        if (
          name !== undefined && stateOf(control) !== FREE &&
          readName(this.#arena, this.controlIndex(slot), control) === name
        ) return slot;
        if (gone < 0) gone = slot;
      }
      if (gone >= 0) return gone;
      // Another thread may have taken a new slot and not yet raised `used`, so each word is
      // checked.
      for (let slot = used; slot < this.#maxThreads; slot++) {
        const control = this.#control(slot);
        seen += `${control} `;
        if (stateOf(control) === FREE) return slot;
        // That thread may have been killed before it raised `used`.
        this.#raiseUsed(slot + 1);
      }
      if (seen === before) break;
      before = seen;
    }
    const required = `at most ${this.#maxThreads} at a time (maxThreads; threads that have ended ` +
      "give their slots back by join(), follow(worker), unregister() or revoke(slot))";
    throw new RangeError(cannot(action, required, got(`one more: ${this.#crowd()}`)));
  }

  /** The owners of the slots, for the error for a full directory. */
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

  #isTakeable(control: number): boolean {
    const state = stateOf(control);
    if (state === REVOKED) return this.#quarantine.isNone;
    return state === FREE || state === RETIRED || state === RESTED;
  }

  /**
   * The control word. Changes it to rested if this thread has seen the slot revoked, or entered,
   * for the whole quarantine.
   */
  #observe(slot: number): number {
    const control = this.#control(slot);
    const state = stateOf(control);
    if (state !== ENTERED && (state !== REVOKED || this.#quarantine.isNone)) return control;
    if (!this.#quarantine.isOver(slot, control, state === ENTERED ? ENTERING : 0)) return control;
    const rested = generationOf(control) | RESTED;
    // If the change fails, another thread has made it, or the slot has a new owner.
    return this.#change(slot, control, rested) ? rested : this.#control(slot);
  }

  #raiseUsed(count: number): void {
    const { i32 } = this.#arena.views();
    for (;;) {
      const used = Atomics.load(i32, H_SLOTS_USED);
      if (used >= count || Atomics.compareExchange(i32, H_SLOTS_USED, used, count) === used) return;
    }
  }
}
