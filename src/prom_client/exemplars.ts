/**
 * Exemplars. They stay in the thread that made them.
 *
 * @module
 */
import type { Exemplar } from "./types.ts";

/**
 * Makes an exemplar of now.
 *
 * @throws {RangeError} When the labels are too long for OpenMetrics.
 */
export function makeExemplar(
  labelSet: Record<string, unknown>,
  value: number,
): Exemplar {
  let units = 0;
  for (const [name, text] of Object.entries(labelSet)) {
    units += `${name}${text}`.length;
  }
  if (units > 128) {
    throw new RangeError("Label set size must be smaller than 128 UTF-8 chars");
  }
  return { labelSet, value, timestamp: Date.now() / 1000 };
}
