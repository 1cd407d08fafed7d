/**
 * What every way to start the test suite needs.
 *
 * @module
 */

/**
 * Folders whose tests need packages that nothing else needs. Each pins them in a `package.json` and
 * a lock file of its own. The root has neither (`"lock": false`): every command would fetch all of
 * its packages, and some commands would write to the lock file.
 */
export const packageFolders: readonly string[] = [
  "tests/property",
  "tests/opentelemetry",
  "tests/http",
  "tests/http/express4",
  "tests/dashboard",
  "tests/pools",
  "examples/pools",
  "tests/examples/from_prom_client",
  "tests/prom_client",
];

/**
 * Folders of packages that are programs, which tests start, or that Node alone loads. They bring
 * much that no module imports, so Deno, which fetches everything that its lock file has, is not
 * told of them.
 */
export const programFolders: readonly string[] = [
  "tests/package",
  "tests/runners",
  "tests/docs/recipes",
  "tests/file",
  "examples/processes",
];

/** The folder with the packages that drive a browser, and that the live page needs. */
export const browserFolder = "tests/dashboard";

/**
 * Whether a test file needs a folder's packages: it stands in that folder, or in the folder of tests
 * that mirrors an example's, it drives a browser, or it starts an example that has a live page.
 */
export function needsPackages(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`) || file.startsWith(`tests/${folder}/`) ||
    (folder === browserFolder &&
      /^tests\/(examples\/(browser|flows|http_server|cluster)|chromium)\//.test(file)) ||
    (folder === "tests/file" &&
      /^tests\/(cli\/file|docs\/printed|examples\/concepts\/concepts)_test\.ts$/.test(file)) ||
    (programFolders.includes(folder) && file === "tests/docs/recipes_test.ts");
}

/**
 * The core of the suite, which also runs on Node 22: what the library does in memory, in threads and
 * over HTTP. The rest (other programs, random histories, long runs) takes many times as long.
 */
const core: readonly string[] = [
  ...["base", "buckets", "ends", "export", "join", "memory", "metrics", "prometheus", "realms"],
  ...["schema", "snapshots", "threads"],
  ...["examples/deno_serve", "examples/first", "file"],
].map((folder) => `tests/${folder}/`);

/** Tests that stand in the folders of the core and do not belong to it. */
const notInCore: readonly string[] = [
  // These two have `using`, which Node 22 does not know.
  "tests/using_test.ts",
  "tests/prometheus/scrape_test.ts",
  // Long, and about nothing that depends on the runtime.
  "tests/metrics/random_operations_test.ts",
];

/** Whether a test file belongs to the core. The files that stand in `tests/` itself do. */
export function isCore(file: string): boolean {
  if (notInCore.includes(file)) return false;
  return /^tests\/[^/]+$/.test(file) || core.some((folder) => file.startsWith(folder));
}

/**
 * The long part of the suite, which `deno task test` leaves to `deno task test:all`: tests that start
 * programs, servers, browsers, pools and judges, kill threads, or repeat something for seconds. For
 * each folder in `tests/`, its files without `_test.ts`, its folders with `/`, or `*` for all.
 */
const longByFolder: Readonly<Record<string, string>> = {
  base: "options",
  bench: "commands",
  chromium: "*",
  cli: "cli file terminal",
  dashboard: "browser last_turns sampler stream",
  docs: "recipes",
  ends: "left_behind lives quarantine",
  examples:
    "browser/ cluster/ concepts/ flows/capture_reader flows/gzip_source flows/main flows/tshark from_prom_client/ http_server/ pools/ processes/",
  explore: "*",
  file: "containers files inspect_file kills plain_buffer private_file processes races users",
  http: "*",
  join: "exit_codes join reload serve",
  metrics: "metric",
  opentelemetry: "*",
  package: "*",
  pools: "*",
  prom_client: "beside cluster dependents/ threads",
  prometheus: "judges quoted_names_judge scrape slow_clients",
  property: "*",
  runners: "*",
  runtime: "observation",
  stress: "*",
  support: "prometheus_server worker",
};

/** The same as paths: those of folders, which end with `/`, and those of files without `_test.ts`. */
export const long: readonly string[] = Object.entries(longByFolder).flatMap(([folder, names]) =>
  names.split(" ").map((name) => `tests/${folder}/${name === "*" ? "" : name}`)
);

/** Whether a test file belongs to the long part. */
export function isLong(file: string): boolean {
  return long.some((name) =>
    name.endsWith("/") ? file.startsWith(name) : file === `${name}_test.ts`
  );
}

/** What the short part does not run in: its tests are in the long one. */
export const longPlaces: readonly string[] = ["node22", "chromium"];

/** The part of the core that runs in a page of Chromium, too. */
const inBrowser: readonly string[] = [
  ...["base", "buckets", "export", "memory", "metrics", "schema", "snapshots", "threads", "std"],
].map((folder) => `tests/${folder}/`);

/** Files of these folders that do not run there, and why. */
export const notInBrowser: Readonly<Record<string, string>> = {
  "tests/base/options_test.ts": "it needs the package fast-check",
  "tests/metrics/allocation_test.ts": "a page cannot measure its heap to the byte",
  "tests/metrics/metric_test.ts": "it starts a program",
  "tests/metrics/kinds_allocation_test.ts": "a page cannot measure its heap to the byte",
  "tests/metrics/random_operations_test.ts": "long, and about nothing that depends on the runtime",
  "tests/package_test.ts": "it reads the package's files",
  "tests/schema/marks_test.ts": "it copies the package's files",
};

/** Whether a test file stands where those stand that run in a page of Chromium. */
export function isForBrowser(file: string): boolean {
  return /^tests\/[^/]+$/.test(file) || inBrowser.some((folder) => file.startsWith(folder));
}

/**
 * Milliseconds for one test. The default of Bun, 5 s, is too short for stress tests on a shared
 * machine.
 */
export const testTimeoutMs = 600_000;

/**
 * Moves the tests that measure allocations to the front. Bun runs all tests in one process, and
 * measuring takes longer the larger the heap is.
 */
export function meteredFirst(files: readonly string[]): readonly string[] {
  const isMetered = (file: string) => /(heap|allocation)_test\.ts$/.test(file);
  return [...files.filter(isMetered), ...files.filter((file) => !isMetered(file))];
}
