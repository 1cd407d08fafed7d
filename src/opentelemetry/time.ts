/**
 * Times as OpenTelemetry's SDK has them.
 *
 * @module
 */
import type { HighResolutionTime } from "./sdk.ts";

/** Converts milliseconds since 1970; an unknown time is 0 in OTLP. */
export function timeOf(milliseconds: number): HighResolutionTime {
  if (!Number.isFinite(milliseconds)) return [0, 0];
  const whole = Math.round(milliseconds);
  return [Math.floor(whole / 1000), whole % 1000 * 1_000_000];
}
