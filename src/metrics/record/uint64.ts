/**
 * 64-bit integers as two 32-bit halves, the lower one first: a `BigUint64Array` costs JavaScriptCore 30-50 ns per `+=`, this
 * 1-2 ns, and nothing is allocated.
 *
 * @module
 */

/** Adds `n` modulo 2^64 to the integer whose lower half is `halves[at]`. */
export function addUint64(halves: Uint32Array, at: number, n: number | bigint): void {
  if (typeof n === "bigint") {
    addHalves(halves, at, Number(BigInt.asUintN(32, n)), Number(BigInt.asUintN(32, n >> 32n)));
  } else {
    // `>>> 0` and the store are modulo 2^32, of negative numbers too (two's complement).
    addHalves(halves, at, n >>> 0, Math.floor(n / 2 ** 32));
  }
}

/** Adds an integer given by its halves. */
export function addHalves(halves: Uint32Array, at: number, low: number, high: number): void {
  const sum = halves[at] + low;
  halves[at] = sum;
  halves[at + 1] = halves[at + 1] + high + (sum > 0xffffffff ? 1 : 0);
}

/** Stores `n` modulo 2^64. */
export function setUint64(halves: Uint32Array, at: number, n: number | bigint): void {
  halves[at] = 0;
  halves[at + 1] = 0;
  addUint64(halves, at, n);
}

/** The integer as a `bigint`. */
export function getUint64(halves: Uint32Array, at: number): bigint {
  return (BigInt(halves[at + 1]) << 32n) | BigInt(halves[at]);
}
