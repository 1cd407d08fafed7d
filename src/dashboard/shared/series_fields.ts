/**
 * Fields of records that are no sums, as text: a time as an age, bits as hexadecimal, others as
 * they are.
 *
 * @module
 */
import { age, text } from "./format.ts";
import type { Column } from "./protocol.ts";
import { unitOfField } from "./figures.ts";

/**
 * A time as milliseconds since 1970, whether it is one of seconds, milliseconds, micro- or
 * nanoseconds; `undefined` if it is none of the last ten years.
 */
function dayOf(value: number, now: number): number | undefined {
  return [1e3, 1, 1e-3, 1e-6].map((factor) => value * factor)
    .find((ms) => ms <= now + 86_400_000 && ms > now - 10 * 366 * 86_400_000);
}

/** A field as text. */
export function fieldText(
  { name, op }: Column,
  value: number,
  { now, every }: { now: number; every: number },
): string {
  if (op === "bitOr") return `0x${value.toString(16)}`;
  if (!isFinite(value)) return "–";
  if (/seen$|time$|At$/i.test(name)) {
    const day = dayOf(value, now);
    if (day !== undefined) return age(now - day, every);
  }
  return text(value, unitOfField(name));
}
