/**
 * The little of `process` that tests ask for wherever they run. It is not a global: the library
 * must see that there is none.
 *
 * @module
 */
import { missing } from "./missing.ts";

export default {
  env: {} as Record<string, string | undefined>,
  argv: [] as string[],
  platform: "browser",
  execPath: "",
  exitCode: 0,
  memoryUsage: missing("process.memoryUsage()"),
  on(): void {},
  once(): void {},
  off(): void {},
};
