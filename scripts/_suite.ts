/**
 * What the suite needs, however it is started.
 *
 * @module
 */

/**
 * Folders whose tests need packages that nothing else does. Each pins them in a `package.json` and a lock file of its own. The root has neither
 * (`"lock": false`): every command would fetch all that stands there, and plain commands would write to it.
 */
export const packageFolders: readonly string[] = [
  "tests/property",
  "tests/opentelemetry",
  "tests/dashboard",
  "tests/examples/from_prom_client",
];

/** Bun gives a test 5 s unless told otherwise; these tests are stress tests on shared machines. */
export const testTimeoutMs = 600_000;

/**
 * The tests that measure allocations before the others: Bun runs all in one process, and its meter works the longer the more the heap
 * has room for.
 */
export function meteredFirst(files: readonly string[]): readonly string[] {
  const isMetered = (file: string) => /(heap|allocation)_test\.ts$/.test(file);
  return [...files.filter(isMetered), ...files.filter((file) => !isMetered(file))];
}
