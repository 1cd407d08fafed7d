/**
 * Checks the exemplars that programs give, and moves their labels to and from shared memory.
 *
 * @module
 */
import { cannot, got } from "../../base/errors.ts";
import { isPlain } from "../../base/shapes.ts";
import { damaged } from "../../memory/damage.ts";
import { readUnits, writeUnits } from "../../memory/utf16.ts";
import { type ExemplarLabels, isExemplarLabelName } from "./exemplar.ts";
import {
  EXEMPLAR_LENGTHS,
  EXEMPLAR_TEXT,
  MAX_EXEMPLAR_LABELS,
  MAX_EXEMPLAR_UNITS,
} from "./exemplar_layout.ts";

/** The labels of an exemplar, checked: names and values in turn. */
export type CheckedLabels = readonly string[];

/**
 * Checks the labels of an exemplar. Reads each property once.
 *
 * @throws {TypeError} When it is no object of strings, or a name is not allowed.
 * @throws {RangeError} When there are too many labels, or they are too long.
 */
export function checkExemplar(action: string, given: ExemplarLabels): CheckedLabels {
  if (!isPlain(given)) {
    throw new TypeError(cannot(action, "the exemplar must be an object of labels", given));
  }
  const names = Object.keys(given);
  if (names.length > MAX_EXEMPLAR_LABELS) {
    const required = `an exemplar may have at most ${MAX_EXEMPLAR_LABELS} labels`;
    throw new RangeError(cannot(action, required, got(`${names.length}`)));
  }
  const checked: string[] = [];
  let units = 0;
  for (const name of names) {
    const value: unknown = given[name];
    if (!isExemplarLabelName(name)) {
      const required = "the name of an exemplar's label must have letters, digits and _ only";
      throw new TypeError(cannot(action, required, name));
    }
    if (typeof value !== "string") {
      throw new TypeError(cannot(action, `the exemplar's label ${name} must be a string`, value));
    }
    checked.push(name, value.toWellFormed());
    units += name.length + value.length;
  }
  if (units > MAX_EXEMPLAR_UNITS) {
    const required =
      `the exemplar's names and values may have at most ${MAX_EXEMPLAR_UNITS} UTF-16 code units`;
    throw new RangeError(cannot(action, required, got(`${units}`)));
  }
  return checked;
}

/** Writes labels into a slot, whose first code unit is at index `slot`. The caller owns the slot. */
export function writeExemplarLabels(u16: Uint16Array, slot: number, labels: CheckedLabels): void {
  let at = slot + EXEMPLAR_TEXT;
  for (let n = 0; n < labels.length; n += 2) {
    const name = labels[n];
    const value = labels[n + 1];
    u16[slot + EXEMPLAR_LENGTHS + n / 2] = name.length << 8 | value.length;
    writeUnits(u16, at, name);
    at += name.length;
    writeUnits(u16, at, value);
    at += value.length;
  }
}

/** The text of a slot as it was copied, not yet confirmed. */
export interface CopiedLabels {
  /** How many labels there are. */
  count: number;
  /** The lengths of their names and values. */
  readonly lengths: Uint16Array;
  /** The names and values, one after the other. */
  text: string;
}

/** Copies the labels of a slot, and never reads beyond it. The caller confirms the copy. */
export function copyExemplarLabels(
  u16: Uint16Array,
  slot: number,
  count: number,
  into: CopiedLabels,
): void {
  into.count = count;
  let units = 0;
  for (let n = 0; n < Math.min(count, MAX_EXEMPLAR_LABELS); n++) {
    const lengths = u16[slot + EXEMPLAR_LENGTHS + n];
    into.lengths[n] = lengths;
    units += (lengths >> 8) + (lengths & 0xff);
  }
  into.text = readUnits(u16, slot + EXEMPLAR_TEXT, Math.min(units, MAX_EXEMPLAR_UNITS));
}

/**
 * The labels of a confirmed copy.
 *
 * @throws {TypeError} When no thread of this library can have written them.
 */
export function decodeExemplarLabels({ count, lengths, text }: CopiedLabels): ExemplarLabels {
  if (count < 0 || count > MAX_EXEMPLAR_LABELS) throw damagedExemplar();
  const entries: [string, string][] = [];
  let at = 0;
  for (let n = 0; n < count; n++) {
    const middle = at + (lengths[n] >> 8);
    const end = middle + (lengths[n] & 0xff);
    const name = text.slice(at, middle);
    if (end > text.length || !isExemplarLabelName(name)) throw damagedExemplar();
    entries.push([name, text.slice(middle, end)]);
    at = end;
  }
  // Not by assignment: a label may be called `__proto__`.
  return Object.fromEntries(entries);
}

/** The error for an exemplar that no thread of this library can have written. */
export function damagedExemplar(): TypeError {
  return damaged("an exemplar that cannot be there");
}
