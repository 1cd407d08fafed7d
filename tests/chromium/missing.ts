/**
 * Stand-ins for what `node:` modules give and a browser has not. Whatever a test does about the
 * error, a test that uses one of these is skipped, with the reason.
 *
 * A name that tests import and that is not here fails the bundling, with the name.
 *
 * @module
 */

let used: string | undefined;

/** What has been used since the last call, of what a browser has not. */
export function takeMissing(): string | undefined {
  const missing = used;
  used = undefined;
  return missing;
}

// deno-lint-ignore no-explicit-any
type Anything = (...values: any[]) => any;

/** What throws when it is used. */
export function missing(name: string): Anything {
  return function () {
    used ??= name;
    throw new Error(`Cannot use ${name}: a runtime of programs is required, got a browser`);
  };
}

const [fileSystem, programs, requests] = ["node:fs", "node:child_process", "node:http"];

export const [cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync] =
  Array.from({ length: 7 }, () => missing(fileSystem));
export const [mkdtemp, readFile, rename, rm, writeFile] = Array.from(
  { length: 5 },
  () => missing("node:fs/promises"),
);
export const [execFile, spawn, spawnSync] = Array.from({ length: 3 }, () => missing(programs));
export const [createServer, get, request] = Array.from({ length: 3 }, () => missing(requests));
export const connect: Anything = missing("node:net");
export const createRequire: Anything = missing("node:module");
export const createHttp2Server: Anything = missing("node:http2");
export const inspect: Anything = missing("node:util");
export const join: Anything = missing("node:path");
export const [fileURLToPath, pathToFileURL] = [missing("node:url"), missing("node:url")];
export const runInNewContext: Anything = missing("node:vm");
export const setFlagsFromString: Anything = missing("node:v8");
export const tmpdir: Anything = missing("node:os");
/** Of `node:worker_threads`. */
export const Worker: Anything = missing("node:worker_threads");
export const workerData: undefined = undefined;
export const parentPort: undefined = undefined;

/** Of `node:timers/promises`. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => globalThis.setTimeout(resolve, ms));
}
export { pause as setTimeout };
