/**
 * The error for memory whose content no thread of this library can have written.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

const errors = new WeakSet<object>();

/** Makes the error; `found` says what the reader found. Any thread. */
export function damaged(found: string): TypeError {
  const error = new TypeError(
    cannot("read the shared memory", "it must be intact", got(found)),
  );
  errors.add(error);
  return error;
}

/** Whether an error came from {@linkcode damaged}. */
export function isDamage(error: unknown): boolean {
  return errors.has(Object(error));
}
