/**
 * The values and labels that the cases of all implementations get.
 *
 * @module
 */

/** A power of two, so that a mask cycles through the values. */
const length = 4096;

/** The mask that cycles through the values: `values[i & mask]`. */
export const mask = length - 1;

/** Seconds, log-normal around 3 ms, as latencies are. They are the same in each run. */
export const seconds: Float64Array = Float64Array.from({ length }, makeLogNormal(0.003, 1));

/** The same in whole microseconds, for implementations that take only integers. */
export const microseconds: readonly number[] = Array.from(
  seconds,
  (value) => Math.max(1, Math.round(value * 1e6)),
);

/** prom-client's default boundaries, in seconds. */
export const boundaries: readonly number[] = [
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];

/** Three labels, as those of a server. */
export const labelNames = ["method", "route", "status"] as const;

/** The labels of 8 series: looking up the same one again and again would be too easy. */
export const labelSets: readonly Readonly<Record<(typeof labelNames)[number], string>>[] = [
  "GET",
  "POST",
  "PUT",
  "DELETE",
].flatMap((method) => ["200", "404"].map((status) => ({ method, route: "/api/v1/items", status })));

/** The mask that cycles through the label sets. */
export const labelMask = labelSets.length - 1;

function makeLogNormal(median: number, sigma: number): () => number {
  const random = makeRandom(42);
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return median * Math.exp(sigma * normal);
  };
}

/** Mulberry32, as `Math.random` cannot be seeded. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
