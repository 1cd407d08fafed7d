/**
 * Steps of heat maps.
 *
 * @module
 */

/**
 * Steps: the share of what was recorded in the same column. Each step is a factor of about three,
 * so no single outlier sets the scale.
 */
const STEPS: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

/** The step of a share, from 0 to 6. */
export function stepOf(share: number): number {
  let step = 0;
  while (step < STEPS.length && share >= STEPS[step]) step++;
  return step;
}
