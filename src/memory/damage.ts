/**
 * What is said of memory that no thread of ours can have written.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/** The error that says that the memory holds what no thread of ours has written. */
export function damaged(action: string): TypeError {
  return new TypeError(
    cannot("read the shared memory", "it must be intact", got(action)),
  );
}
