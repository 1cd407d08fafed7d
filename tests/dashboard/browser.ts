/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// deno-lint-ignore-file no-import-prefix -- what stands in the root's deno.json is downloaded by every task
/**
 * A real browser for tests: Debian's `chromium`, driven by `playwright-core`, which
 * `scripts/test.ts` installs into this folder's `node_modules` (by hand: `npm install --no-save` in
 * this folder).
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type * as Playwright from "npm:playwright-core@1.65.1";
import { isMissing } from "../support/debian_tools.ts";

export type { Playwright };

/** How long the browser may take to start, or an element to come. */
const LIMIT_MS = 30_000;
/** It asks nobody for anything, and needs no screen. */
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
]
  .concat([
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ])
  .concat([
    "--remote-debugging-port=0",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
  ]);

/** Whether tests that need the browser are to be left out. */
export const isBrowserMissing: boolean = isMissing("chromium", "--version");

/** A browser. */
export class Browser implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #browser: Playwright.Browser;
  readonly #kill: () => void;

  private constructor(
    child: ChildProcess,
    folder: string,
    { ended, browser }: { ended: Promise<void>; browser: Playwright.Browser },
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#ended = ended;
    this.#browser = browser;
    this.#kill = () => child.kill("SIGKILL");
    // A test process that ends early must not leave a browser behind.
    process.once("exit", this.#kill);
  }

  /** Starts it. */
  static async start(): Promise<Browser> {
    const require = createRequire(new URL("./package.json", import.meta.url));
    const { chromium }: typeof Playwright = require("playwright-core");
    const folder = await mkdtemp(join(tmpdir(), "thread-stats-browser-"));
    const child = spawn("chromium", [
      ...ARGUMENTS,
      `--user-data-dir=${folder}`,
      "about:blank",
    ], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    child.once("close", () => resolve());
    child.once("error", () => resolve());
    try {
      const browser = await chromium.connectOverCDP(await addressOf(child), {
        timeout: LIMIT_MS,
      });
      return new Browser(child, folder, { ended, browser });
    } catch (error) {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Opens a page, that fails a test by whatever it has to complain of. */
  async open(
    address: string,
    options: Playwright.BrowserContextOptions = {},
  ): Promise<OpenedPage> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 860 },
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    context.setDefaultTimeout(LIMIT_MS);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on(
      "pageerror",
      (error) => complaints.push(error.stack ?? error.message),
    );
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    const foreign: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "data:" && origin !== new URL(address).origin) {
        foreign.push(request.url());
      }
    });
    await page.goto(address);
    return {
      page,
      complaints,
      foreign,
      [Symbol.asyncDispose]: () => context.close(),
    };
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#kill);
    await this.#browser.close().catch(() => {});
    this.#kill();
    await this.#ended;
    this.#child.stderr!.destroy();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A page in the browser. */
export interface OpenedPage extends AsyncDisposable {
  readonly page: Playwright.Page;
  /** Errors of its scripts, and what it reported. */
  readonly complaints: string[];
  /** What it asked of others than its own server. */
  readonly foreign: string[];
}

function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let log = "";
  const fail = (reason: string) => {
    clearTimeout(timer);
    reject(new Error(`Cannot start chromium: ${reason}\n${log.slice(-2000)}`));
  };
  const timer = setTimeout(() => fail("it was not ready in time"), LIMIT_MS);
  function read(text: string): void {
    log += text;
    const address = /DevTools listening on (ws:\S+)/.exec(log)?.[1];
    if (address === undefined) return;
    clearTimeout(timer);
    // The rest is read and dropped: a full pipe would stop it.
    child.stderr!.off("data", read).resume();
    resolve(address);
  }
  child.stderr!.setEncoding("utf8").on("data", read);
  child.once("error", (error) => fail(error.message));
  child.once("close", (status) => fail(`it ended with status ${status}`));
  return promise;
}
