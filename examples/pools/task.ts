/**
 * The task that the pools' workers run: it counts the primes below a limit.
 *
 * @module
 */
import { metrics } from "./stats.ts";

export default function countPrimes(limit: number): number {
  const began = performance.now();
  metrics.running.set(1);
  let primes = 0;
  for (let n = 2; n < limit; n++) if (isPrime(n)) primes++;
  metrics.running.set(0);
  metrics.duration.record((performance.now() - began) / 1000);
  metrics.tasks.add();
  return primes;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) {
    if (n % divisor === 0) return false;
  }
  return true;
}
