/**
 * The exponent of `cost = c * n ** exponent` that fits best: 1 is linear, 0 is constant.
 *
 * A straight line through the logarithms, by least squares, of the upper half of the points alone: there, what costs the same
 * for any size no longer counts.
 *
 * @param points Sizes in rising order, with their costs; all positive.
 */
export function growthExponent(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.slice(points.length >> 1).map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (of: number) => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / logs.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}
