/**
 * `node:test` for a page: `tests/std/testing_bdd.ts` is built on it, as in the other runtimes. A
 * file's tests run one after the other, and each is reported as soon as it has ended.
 *
 * @module
 */
import { takeMissing } from "./missing.ts";

type Callback = () => void | Promise<void>;

interface Options {
  readonly skip?: true;
}

interface Suite {
  readonly name: string;
  readonly isSkipped: boolean;
  readonly before: Callback[];
  readonly after: Callback[];
  readonly children: (Suite | Test)[];
}

interface Test {
  readonly name: string;
  readonly isSkipped: boolean;
  readonly fn: Callback;
}

/** What came of one test. */
export interface TestReport {
  /** The names of its suites and its own. */
  readonly names: readonly string[];
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

function makeSuite(name: string, isSkipped: boolean): Suite {
  return { name, isSkipped, before: [], after: [], children: [] };
}

let current = makeSuite("", false);
/** What went wrong outside of what a test waits for. */
const leftBehind: unknown[] = [];

globalThis.addEventListener("error", ({ error, message }: ErrorEvent) => {
  leftBehind.push(error ?? message);
});
globalThis.addEventListener("unhandledrejection", ({ reason }: PromiseRejectionEvent) => {
  leftBehind.push(reason);
});

/** Registers a test. */
export function it(name: string, { skip }: Options, fn: Callback): void {
  current.children.push({ name, isSkipped: skip === true, fn });
}

export { it as test };

/** Registers a suite. */
export function describe(name: string, { skip }: Options, body: () => void): void {
  const suite = makeSuite(name, skip === true);
  const outer = current;
  outer.children.push(suite);
  current = suite;
  try {
    body();
  } finally {
    current = outer;
  }
}

/** Runs once before the tests of the suite. */
export function before(fn: Callback): void {
  current.before.push(fn);
}

/** Runs once after the tests of the suite. */
export function after(fn: Callback): void {
  current.after.push(fn);
}

/** Loads files, and runs the tests of each. */
export async function runFiles(
  files: Readonly<Record<string, () => Promise<unknown>>>,
  report: (report: TestReport) => Promise<void>,
): Promise<void> {
  for (const [file, load] of Object.entries(files)) {
    current = makeSuite("", false);
    const loading = await outcomeOf(load);
    // Of a file that could not be loaded no test runs.
    if (loading.outcome === "passed") await runSuite(current, [file], report);
    else await report({ names: [file], ...loading });
  }
  const ending = await outcomeOf(() => turns(100));
  if (ending.outcome !== "passed") await report({ names: ["after all tests"], ...ending });
}

async function runSuite(
  suite: Suite,
  names: readonly string[],
  report: (report: TestReport) => Promise<void>,
): Promise<void> {
  for (const hook of suite.isSkipped ? [] : suite.before) await hook();
  for (const child of suite.children) {
    const all = [...names, child.name];
    const isSkipped = suite.isSkipped || child.isSkipped;
    if ("children" in child) await runSuite({ ...child, isSkipped }, all, report);
    else if (isSkipped) await report({ names: all, outcome: "skipped" });
    else await report({ names: all, ...await outcomeOf(child.fn) });
  }
  for (const hook of suite.isSkipped ? [] : suite.after) {
    const ending = await outcomeOf(hook);
    if (ending.outcome === "failed") await report({ names: [...names, "afterAll()"], ...ending });
  }
}

async function outcomeOf(fn: () => unknown): Promise<Omit<TestReport, "names">> {
  takeMissing();
  try {
    await fn();
    // What a test has left behind comes up at one of the next turns, or counts for the next test.
    await turns(2);
  } catch (error) {
    leftBehind.push(error);
  }
  const missing = takeMissing();
  const errors = leftBehind.splice(0);
  if (missing !== undefined) return { outcome: "skipped", reason: `it needs ${missing}` };
  if (errors.length === 0) return { outcome: "passed" };
  return { outcome: "failed", reason: errors.map(textOf).join("\n") };
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setTimeout(resolve));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.stack?.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`;
}
