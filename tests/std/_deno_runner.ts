// `Deno.test` in the shape of `node:test`. Deno has that module as well, but there it swallows
// errors that a test leaves behind (a late throw, an unhandled rejection): the run stays green.

/** A test, a hook or the body of a suite. */
export type Callback = () => void | Promise<void>;

interface Options {
  readonly skip?: true;
  readonly only?: true;
}

interface Suite {
  readonly before: Callback[];
  readonly after: Callback[];
  readonly children: Child[];
}

interface Child {
  readonly name: string;
  readonly ignore: boolean;
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
}

let current: Suite | undefined;

/** Registers a test. */
export function it(name: string, options: Options, fn: Callback): void {
  add(name, options, () => fn());
}

export { it as test };

/** Registers a suite; its body runs at once. */
export function describe(name: string, options: Options, body: () => void): void {
  const suite: Suite = { before: [], after: [], children: [] };
  const outer = current;
  current = suite;
  try {
    body();
  } finally {
    current = outer;
  }
  add(name, options, (context) => runSuite(suite, context));
}

/** Runs once before the tests of the suite. */
export function before(fn: Callback): void {
  current!.before.push(fn);
}

/** Runs once after the tests of the suite. */
export function after(fn: Callback): void {
  current!.after.push(fn);
}

function add(name: string, options: Options, fn: Child["fn"]): void {
  const ignore = options.skip === true;
  if (current === undefined) Deno.test({ name, ignore, only: options.only === true, fn });
  else current.children.push({ name, ignore, fn });
}

async function runSuite(suite: Suite, context: Deno.TestContext): Promise<void> {
  try {
    for (const hook of suite.before) await hook();
    for (const child of suite.children) await context.step(child);
  } finally {
    for (const hook of suite.after) await hook();
  }
}
