/**
 * The names of threads in their slots.
 *
 * Assumptions: only the thread that acquired the slot writes its name.
 *
 * Guarantees: a name that is read belongs to the given tenure: it carries the tenure's generation,
 * which is stored last and confirmed after reading. One exception: a reader that sleeps through a
 * whole `rename` may return a mixture of the old and the new name.
 *
 * Progress: wait-free. A reader gets "" while the name is being written.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { Arena } from "../memory/arena.ts";
import {
  NAME_UNITS,
  SLOT_NAME_GENERATION,
  SLOT_NAME_LENGTH,
  SLOT_NAME_UNITS,
} from "../memory/layout.ts";
import { readUnits, writeUnits } from "../memory/utf16.ts";
import { generationOf } from "./control_word.ts";

/** In place of a generation: the name is being written. */
const UNNAMED = -1;

/**
 * Writes the name of the tenure with this control word. Owner thread only. `words` is the index in
 * `i32` of the slot's control word.
 */
export function writeName(arena: Arena, words: number, control: number, name: string): void {
  const { i32, u16 } = arena.views();
  // SeqCst; pairs with the first load in `readName`: no reader accepts units that follow.
  Atomics.store(i32, words + SLOT_NAME_GENERATION, UNNAMED);
  writeUnits(u16, words * 2 + SLOT_NAME_UNITS, name);
  Atomics.store(i32, words + SLOT_NAME_LENGTH, name.length);
  // SeqCst, last: a reader that sees this tenure's generation sees this tenure's name.
  Atomics.store(i32, words + SLOT_NAME_GENERATION, generationOf(control));
}

/** The name of the tenure with this control word, or "" while its owner writes it. Any thread. */
export function readName(arena: Arena, words: number, control: number): string {
  const { i32, u16 } = arena.views();
  const generation = generationOf(control);
  if (Atomics.load(i32, words + SLOT_NAME_GENERATION) !== generation) return "";
  const length = Math.min(NAME_UNITS, Atomics.load(i32, words + SLOT_NAME_LENGTH));
  const name = readUnits(u16, words * 2 + SLOT_NAME_UNITS, length);
  // A read-modify-write, because on AArch64 a load could be performed before the loads of the
  // units.
  return Atomics.add(i32, words + SLOT_NAME_GENERATION, 0) === generation ? name : "";
}

/**
 * Checks the name of a thread, and returns it in well-formed Unicode: exporters write UTF-8, in
 * which names that were cut in the middle of a character are equal.
 *
 * @throws {TypeError} When it is neither a string nor undefined.
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
        `its name must have at most ${NAME_UNITS} UTF-16 code units`,
        got(String(name.length)),
      ),
    );
  }
  return name.toWellFormed();
}

/** As much of a name as a slot has room for. */
export function shortenName(name: string | undefined): string | undefined {
  return name?.slice(0, NAME_UNITS);
}
