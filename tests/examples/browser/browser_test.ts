import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { serve } from "../../../examples/browser/server.ts";
import { toJavaScript } from "../../../examples/browser/to_javascript.ts";
import {
  Browser,
  isBrowserMissing,
  type OpenedPage,
  type Playwright,
} from "../../dashboard/browser.ts";

/** Nothing that a browser complains of, and nothing asked of anybody else. */
function assertClean({ complaints, foreign }: OpenedPage): void {
  assertEquals([complaints, foreign], [[], []]);
}

/** Waits until an element says something. */
async function says(place: Playwright.Locator, words: RegExp): Promise<void> {
  await place.filter({ hasText: words }).first().waitFor({ timeout: 60_000 });
}

describe("toJavaScript()", () => {
  it("leaves types out, and what is imported for them", () => {
    const script = toJavaScript(
      'import { type Shape, area } from "./shapes.ts";\n' +
        "export function double(shape: Shape): number { return 2 * area(shape as Shape); }\n",
    );
    assert(!/Shape\b(?!s)|: number/.test(script.replace("./shapes.ts", "")), script);
    assertMatch(script, /2 \* area\(shape/);
  });
});

describe("examples/browser, its server", () => {
  it("serves its own files alone, as JavaScript and with the headers of isolation", async () => {
    await using server = await serve({ port: 0, isIsolated: true });
    const ask = async (path: string) => {
      const response = await fetch(`${server.url}${path}`);
      return { response, text: await response.text() };
    };
    const { response, text } = await ask("examples/browser/worker.ts");
    assertEquals(response.status, 200);
    assertEquals(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    assertEquals(response.headers.get("cross-origin-opener-policy"), "same-origin");
    assertEquals(response.headers.get("cross-origin-embedder-policy"), "require-corp");
    assert(!text.includes("import type"), text);
    for (
      const path of [
        "deno.json",
        "src/%2e%2e/deno.json",
        "tests/thread_test.ts",
        "examples/browser/none.ts",
        "examples/browser/README.md",
      ]
    ) assertEquals((await ask(path)).response.status, 404, path);
  });
});

describe("examples/browser in Chromium", { ignore: isBrowserMissing }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
  });

  it("has the exact totals of four workers", async () => {
    await using server = await serve({ port: 0, isIsolated: true });
    await using opened = await browser.open(server.url);
    const { page } = opened;
    assertEquals(await page.evaluate("crossOriginIsolated"), true);
    await says(page.locator("#threads"), /page.*worker-1.*worker-2.*worker-3.*worker-4/);
    await says(page.locator("#jobs"), /^\d{3,}$/);
    await page.locator("#stop").click();
    await says(page.locator("#verdict"), /The totals equal what the workers say: \d+ jobs/);
    const [jobs] = /\d+/.exec(await page.locator("#verdict").textContent() ?? "")!;
    assertEquals(await page.locator("#jobs").textContent(), jobs);
    await says(page.locator("#threads"), /^page$/);
    assertClean(opened);
  });

  // Takes long, and nothing in it depends on what serves the files.
  const once = { ignore: !("Deno" in globalThis) };
  it(
    "shows the live page of its own threads, a hanging and a killed one among them",
    once,
    async () => {
      await using server = await serve({ port: 0, isIsolated: true });
      await using opened = await browser.open(server.url);
      const { page } = opened;
      const live = page.frameLocator("#live");
      await says(live.getByTestId("verdict"), /5 threads/);
      await says(live.getByTestId("tile-jobs"), /\/s/);
      await live.locator("canvas").first().waitFor();
      await page.locator("#hang").click();
      await says(page.locator("#threads"), /worker-2 \(hangs for/);
      await says(live.getByTestId("verdict"), /worker-2/);
      await page.locator("#kill").click();
      await live.locator("[data-state=revoked]").first().waitFor();
      await live.getByTestId("place-threads").click();
      await says(live.getByTestId("threads"), /worker-4/);
      // The worker that hung goes on.
      await says(page.locator("#threads"), /^page, worker-1, worker-2, worker-4$/);
      assertClean(opened);
    },
  );

  it("names the missing headers in a page that was served without them", async () => {
    await using server = await serve({ port: 0, isIsolated: false });
    await using opened = await browser.open(server.url);
    await says(
      opened.page.locator("#error"),
      /^Cannot create the shared memory: .*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.*crossOriginIsolated = false$/,
    );
    assertClean(opened);
  });
});
