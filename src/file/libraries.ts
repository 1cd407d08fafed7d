/**
 * Finds the C library.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/**
 * What `open` returns for the first library that can be opened.
 *
 * @param advice What to do when none can.
 * @throws {Error} When none can.
 */
export function firstOf<Library>(
  action: string,
  libraries: readonly string[],
  { open, advice }: { open: (path: string) => Library; advice: string },
): Library {
  const errors: unknown[] = [];
  for (const path of libraries) {
    try {
      return open(path);
    } catch (error) {
      errors.push(error);
    }
  }
  const required = `the C library must open as ${libraries.join(" or ")}${advice}`;
  throw new Error(cannot(action, required, got("a refusal")), { cause: errors[0] });
}
