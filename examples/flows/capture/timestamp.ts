import type { CaptureInterface } from "./capture_layout.ts";

const TWO_32 = 2 ** 32;
const MICROSECONDS = 1_000_000n;

/**
 * Whole microseconds since 1970: a number where a number is exact, which is until the year 2255, or
 * NaN where the capture has no time; a bigint before and after.
 */
export type Time = number | bigint;

/** The part of a {@linkcode CaptureInterface} that says what its ticks mean. */
export type TimeScale = Pick<
  CaptureInterface,
  "ticksPerMicrosecond" | "ticksPerSecond" | "offsetSeconds" | "offsetMicroseconds"
>;

/**
 * The meaning of pcapng's if_tsresol and if_tsoffset.
 *
 * @param resolution The option's byte: a power of 10, or of 2 when its top bit is set
 * @param offsetSeconds Seconds to add to each timestamp
 */
export function timeScale(resolution: number, offsetSeconds: bigint): TimeScale {
  const exponent = resolution & 0x7f;
  const binary = (resolution & 0x80) !== 0;
  const offset = Number(offsetSeconds * MICROSECONDS);
  return {
    // Up to 10^12 ticks per second a remainder times 2^32 stays below 2^53.
    ticksPerMicrosecond: !binary && exponent >= 6 && exponent <= 12 ? 10 ** (exponent - 6) : 0,
    ticksPerSecond: (binary ? 2n : 10n) ** BigInt(exponent),
    offsetSeconds,
    offsetMicroseconds: Number.isSafeInteger(offset) ? offset : NaN,
  };
}

/**
 * A 64-bit timestamp as whole microseconds since 1970, rounded down.
 *
 * 64 bits of nanoseconds do not fit a double, so the common scales divide the
 * halves one after the other, as on paper; the rare scales and the times that
 * no double holds may cost a bigint.
 */
export function toMicroseconds(high: number, low: number, scale: TimeScale): Time {
  const divisor = scale.ticksPerMicrosecond;
  if (divisor === 0) return toExactMicroseconds(high, low, scale);
  let whole: number;
  if (divisor === 1) whole = high * TWO_32 + low;
  else {
    const quotient = Math.floor(high / divisor);
    const remainder = high - quotient * divisor;
    whole = quotient * TWO_32 + Math.floor((remainder * TWO_32 + low) / divisor);
  }
  const time = whole + scale.offsetMicroseconds;
  const isExact = whole <= Number.MAX_SAFE_INTEGER && time <= Number.MAX_SAFE_INTEGER &&
    time >= Number.MIN_SAFE_INTEGER;
  return isExact ? time : toExactMicroseconds(high, low, scale);
}

function toExactMicroseconds(high: number, low: number, scale: TimeScale): Time {
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  const time = (ticks * MICROSECONDS) / scale.ticksPerSecond + scale.offsetSeconds * MICROSECONDS;
  const rounded = Number(time);
  return Number.isSafeInteger(rounded) ? rounded : time;
}
