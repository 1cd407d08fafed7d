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
  "tests/pools",
  "examples/pools",
  "tests/examples/from_prom_client",
];

/** Whether a folder's packages are wanted by a test file: one of the folder, or of the folder of tests that mirrors an example's. */
export function needsPackages(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`) || file.startsWith(`tests/${folder}/`);
}

/**
 * The same of packages that are programs, which these tests start: they bring much that no module imports, so Deno, which fetches all that its lock file
 * has, is not told of them.
 */
export const programFolders: readonly string[] = ["tests/runners"];

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
