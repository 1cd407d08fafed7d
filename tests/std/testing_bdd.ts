/**
 * Stand-in for `@std/testing/bdd`, for runtimes and networks where JSR does not answer.
 *
 * It covers what this project's tests use; two differences to the original are deliberate:
 * hooks outside a `describe` are refused, because Bun loads all test files into one process and
 * such a hook would leak from one file into the next, and there is no shared `this`.
 *
 * `beforeEach` and `afterEach` are chained here, so that they mean the same in all runtimes.
 *
 * @module
 */

import process from "node:process";
import type { Callback } from "./_deno_runner.ts";

/** The part of `node:test` that is built on. */
interface Runner {
  test(name: string, options: RunnerOptions, fn: Callback): unknown;
  it(name: string, options: RunnerOptions, fn: Callback): unknown;
  describe(name: string, options: RunnerOptions, body: () => void): unknown;
  before(fn: Callback): unknown;
  after(fn: Callback): unknown;
}

interface RunnerOptions {
  skip?: true;
  only?: true;
}

const runner: Runner = "Deno" in globalThis
  ? await import("./_deno_runner.ts")
  : await import("node:test") as unknown as Runner;

/** What may be given between the name and the function. */
export interface TestOptions {
  /** Leave it out of the run. */
  ignore?: boolean;
  /** Leave it out of the run. */
  skip?: boolean;
  /** Run it alone. Node and Bun need `--test-only` or `--only` for that. */
  only?: boolean;
}

/** A test as one object. */
export interface ItDefinition extends TestOptions {
  name: string;
  fn: Callback;
}

/** A suite as one object. */
export interface DescribeDefinition extends TestOptions {
  name: string;
  fn: () => void;
}

interface Suite {
  readonly parent: Suite | undefined;
  readonly beforeEach: Callback[];
  readonly afterEach: Callback[];
  /** What a `beforeAll` threw. Its tests report it: Bun would run them all the same, and pass. */
  broken: { readonly error: unknown } | undefined;
}

let current: Suite | undefined;
let running = 0;

// Node takes a file for passed when a test of it calls `process.exit(0)`.
process.on("exit", () => {
  if (running > 0) process.exitCode = 1;
});

function inSuite(hook: string): Suite {
  if (current === undefined) {
    throw new TypeError(`Cannot call ${hook}(): it must stand inside a describe()`);
  }
  return current;
}

async function runWithHooks(suite: Suite | undefined, fn: Callback): Promise<void> {
  if (suite === undefined) return await fn();
  await runWithHooks(suite.parent, async () => {
    if (suite.broken !== undefined) throw suite.broken.error;
    try {
      for (const hook of suite.beforeEach) await hook();
      await fn();
    } finally {
      for (const hook of suite.afterEach) await hook();
    }
  });
}

// Only keys that are set: Bun reads an explicit `undefined` as a value.
function runnerOptions(options: TestOptions): RunnerOptions {
  return {
    ...(options.ignore || options.skip ? { skip: true } : {}),
    ...(options.only ? { only: true } : {}),
  };
}

function registerTest(definition: ItDefinition): void {
  const suite = current;
  const { name, fn } = definition;
  const register = suite === undefined ? runner.test : runner.it;
  register(name, runnerOptions(definition), async () => {
    running++;
    try {
      await runWithHooks(suite, fn);
    } finally {
      running--;
    }
  });
}

function registerSuite(definition: DescribeDefinition): void {
  const suite: Suite = { parent: current, beforeEach: [], afterEach: [], broken: undefined };
  runner.describe(definition.name, runnerOptions(definition), () => {
    const outer = current;
    current = suite;
    try {
      definition.fn();
    } finally {
      current = outer;
    }
  });
}

function normalize<F>(
  first: string | (TestOptions & { name: string; fn: F }),
  second: TestOptions | F | undefined,
  third: F | undefined,
  force: TestOptions,
): TestOptions & { name: string; fn: F } {
  if (typeof first !== "string") return { ...first, ...force };
  const [options, fn] = typeof second === "function"
    ? [{}, second as F]
    : [second as TestOptions, third];
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot register "${first}": a function is required, got ${typeof fn}`);
  }
  return { ...options, ...force, name: first, fn };
}

/** Registers a test. */
export interface It {
  (name: string, fn: Callback): void;
  (name: string, options: TestOptions, fn: Callback): void;
  (definition: ItDefinition): void;
}

/** Registers a suite. */
export interface Describe {
  (name: string, fn: () => void): void;
  (name: string, options: TestOptions, fn: () => void): void;
  (definition: DescribeDefinition): void;
}

function makeIt(force: TestOptions): It {
  return (
    first: string | ItDefinition,
    second?: TestOptions | Callback,
    third?: Callback,
  ): void => registerTest(normalize(first, second, third, force));
}

function makeDescribe(force: TestOptions): Describe {
  return (
    first: string | DescribeDefinition,
    second?: TestOptions | (() => void),
    third?: () => void,
  ): void => registerSuite(normalize(first, second, third, force));
}

/** Registers a test; `it.skip` and `it.ignore` leave it out, `it.only` runs it alone. */
export const it: It & { only: It; skip: It; ignore: It } = Object.assign(makeIt({}), {
  only: makeIt({ only: true }),
  skip: makeIt({ ignore: true }),
  ignore: makeIt({ ignore: true }),
});

/** The same as {@linkcode it}. */
export const test: typeof it = it;

/** Registers a suite of tests; variants as for {@linkcode it}. */
export const describe: Describe & { only: Describe; skip: Describe; ignore: Describe } = Object
  .assign(makeDescribe({}), {
    only: makeDescribe({ only: true }),
    skip: makeDescribe({ ignore: true }),
    ignore: makeDescribe({ ignore: true }),
  });

/** Runs once before the tests of the enclosing suite. */
export function beforeAll(fn: Callback): void {
  const suite = inSuite("beforeAll");
  runner.before(async () => {
    try {
      await fn();
    } catch (error) {
      suite.broken ??= { error };
    }
  });
}

/** Runs once after the tests of the enclosing suite, whether they passed or not. */
export function afterAll(fn: Callback): void {
  inSuite("afterAll");
  runner.after(fn);
}

/** Runs before each test of the enclosing suite and of the suites inside it. */
export function beforeEach(fn: Callback): void {
  inSuite("beforeEach").beforeEach.push(fn);
}

/** Runs after each test of the enclosing suite and of the suites inside it. */
export function afterEach(fn: Callback): void {
  inSuite("afterEach").afterEach.push(fn);
}
