/**
 * The error for memory whose content no thread of this library can have written.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/** Makes the error; `found` says what the reader found. Any thread. */
export function damaged(found: string): TypeError {
  return new TypeError(
    cannot("read the shared memory", "it must be intact", got(found)),
  );
}
