import type { CaptureInterface } from "./capture_layout.ts";

const TWO_32 = 2 ** 32;

/** The part of a {@linkcode CaptureInterface} that says what its ticks mean. */
export type TimeScale = Pick<
  CaptureInterface,
  "ticksPerMicrosecond" | "ticksPerSecond" | "offsetSeconds"
>;

/**
 * The meaning of pcapng's if_tsresol and if_tsoffset.
 *
 * @param resolution The option's byte: a power of 10, or of 2 when its top bit is set
 * @param offsetSeconds Seconds to add to each timestamp
 */
export function timeScale(resolution: number, offsetSeconds: number): TimeScale {
  const exponent = resolution & 0x7f;
  const binary = (resolution & 0x80) !== 0;
  return {
    // Up to 10^12 ticks per second a remainder times 2^32 stays below 2^53.
    ticksPerMicrosecond: !binary && exponent >= 6 && exponent <= 12 ? 10 ** (exponent - 6) : 0,
    ticksPerSecond: (binary ? 2n : 10n) ** BigInt(exponent),
    offsetSeconds,
  };
}

/**
 * A 64-bit timestamp as whole microseconds since 1970, rounded down.
 *
 * 64 bits of nanoseconds do not fit a double, so the common scales divide the
 * halves one after the other, as on paper; the rare ones may cost a bigint.
 */
export function toMicroseconds(high: number, low: number, scale: TimeScale): number {
  const divisor = scale.ticksPerMicrosecond;
  const offset = scale.offsetSeconds * 1_000_000;
  if (divisor === 1) return high * TWO_32 + low + offset;
  if (divisor === 0) {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    return Number((ticks * 1_000_000n) / scale.ticksPerSecond) + offset;
  }
  const quotient = Math.floor(high / divisor);
  const remainder = high - quotient * divisor;
  return quotient * TWO_32 + Math.floor((remainder * TWO_32 + low) / divisor) + offset;
}
