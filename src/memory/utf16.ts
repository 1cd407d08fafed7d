/**
 * Text in shared memory, stored as UTF-16 code units. A string is read back exactly as it was
 * written, and no decoder is needed.
 *
 * @module
 */

/** Writes the code units of `text`, the first one at index `start`. The caller owns the memory. */
export function writeUnits(u16: Uint16Array, start: number, text: string): void {
  for (let n = 0; n < text.length; n++) u16[start + n] = text.charCodeAt(n);
}

/**
 * Reads a string of `length` code units. Any thread. Copies unit by unit, because decoders refuse
 * shared memory and bulk copies may tear.
 */
export function readUnits(u16: Uint16Array, start: number, length: number): string {
  let text = "";
  for (let at = 0; at < length; at += CHUNK) {
    const units: number[] = [];
    for (let n = at; n < Math.min(length, at + CHUNK); n++) units.push(u16[start + n]);
    text += String.fromCharCode(...units);
  }
  return text;
}

/** Number of arguments in one call to `String.fromCharCode`, well below every engine's limit. */
export const CHUNK = 4096;
