/**
 * Text in shared memory: UTF-16 code units, so that every string comes out as it went in, without
 * being decoded.
 *
 * @module
 */

/** Writes the code units of `text` from index `start` on. */
export function writeUnits(u16: Uint16Array, start: number, text: string): void {
  for (let n = 0; n < text.length; n++) u16[start + n] = text.charCodeAt(n);
}

/** Makes a string of code units. Copied one by one: decoders and bulk copies refuse shared memory or may tear. */
export function readUnits(u16: Uint16Array, start: number, length: number): string {
  let text = "";
  for (let at = 0; at < length; at += CHUNK) {
    const units: number[] = [];
    for (let n = at; n < Math.min(length, at + CHUNK); n++) units.push(u16[start + n]);
    text += String.fromCharCode(...units);
  }
  return text;
}

/** Arguments of one call, well below every engine's limit. */
const CHUNK = 4096;
