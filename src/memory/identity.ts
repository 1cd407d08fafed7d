/**
 * The identity of a memory, by which threads tell it from others.
 *
 * @module
 */
import { H_IDENTITY } from "./layout.ts";

/** An identity that no other memory has. */
export function freshIdentity(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] | 1n;
}

/** The identity of the memory in a buffer. The first thread that asks for it chooses it. */
export function identityOf(buffer: SharedArrayBuffer): bigint {
  const u64 = new BigUint64Array(buffer, 0, H_IDENTITY + 1);
  const fresh = freshIdentity();
  // SeqCst, and pairs with itself: one thread's choice is stored, and all others find it.
  const found = Atomics.compareExchange(u64, H_IDENTITY, 0n, fresh);
  return found === 0n ? fresh : found;
}
