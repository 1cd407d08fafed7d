/**
 * Figures: what is made of samples, and how the reports write it.
 *
 * @module
 */

/** The middle one of the samples, when they are sorted. */
export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}

/**
 * The exponent of `cost = c * n ** exponent` that fits best: 1 is linear, 0 is constant.
 *
 * Fits a straight line through the logarithms by least squares. Takes the upper half of the points
 * alone: there, costs that are the same at every size no longer count.
 *
 * @param points Sizes in ascending order, with their costs; all positive
 */
export function growthExponent(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.slice(points.length >> 1).map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (of: number) => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/** The figure with three digits, or with all digits before the point. */
export function format(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return Number(value.toPrecision(3)).toString();
}

/** What stands where there is no figure. */
export const absent = "–";

/** The figure with its unit. Nanoseconds become µs, ms or s where these suit better. */
export function withUnit(value: number, unit: string): string {
  if (!Number.isFinite(value)) return absent;
  if (unit !== "ns") return unit === "" ? format(value) : `${format(value)} ${unit}`;
  if (value >= 1e9) return `${format(value / 1e9)} s`;
  if (value >= 1e6) return `${format(value / 1e6)} ms`;
  if (value >= 1e3) return `${format(value / 1e3)} µs`;
  return `${format(value)} ns`;
}

/**
 * Circumstances as text: "8 slots, 1,000 buckets". Different circumstances have different texts.
 */
export function describe(at: Readonly<Record<string, number | string | undefined>>): string {
  return Object.entries(at).map(([key, value = 0]) => {
    if (typeof value === "string") return `${key} ${value}`;
    return `${value.toLocaleString("en-US")} ${value === 1 ? key.replace(/s$/, "") : key}`;
  }).join(", ");
}
