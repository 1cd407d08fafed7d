import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { startWorker } from "../support/worker.ts";
import { Browser, isBrowserMissing, type OpenedPage, type Playwright } from "./browser.ts";
import { serveLive, shopSchema, type ShopStats } from "./shop.ts";

const script = new URL("./workers/shop.ts", import.meta.url);

function openShop(maxThreads = 16): ShopStats {
  return ThreadStats.create(shopSchema, { maxThreads });
}

/** The element of a test hook. */
function find(page: Playwright.Page, testid: string): Playwright.Locator {
  return page.getByTestId(testid);
}

async function textOf(page: Playwright.Page, testid: string): Promise<string> {
  return (await find(page, testid).first().textContent()) ?? "";
}

/** Waits until an element says something. */
async function says(
  page: Playwright.Page,
  testid: string,
  words: RegExp,
): Promise<void> {
  await find(page, testid).first().filter({ hasText: words }).waitFor();
}

/** Waits until something holds. */
async function until(
  holds: () => Promise<boolean>,
  what: string,
): Promise<void> {
  for (const limit = Date.now() + 30_000; !await holds();) {
    if (Date.now() > limit) throw new Error(`${what} has not come about`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A number as the page writes it, as a number. */
function numberOf(text: string): number {
  const [, digits, prefix = ""] =
    /(−?[\d.]+)\u202f?([kMGTPEmµn]?)/.exec(text.replaceAll("\u202f", "")) ??
      [];
  const scale = { k: 1e3, M: 1e6, G: 1e9, m: 1e-3, µ: 1e-6, n: 1e-9 }[prefix] ??
    1;
  return Number(digits) * scale;
}

/** Nothing that a browser complains of, and nothing asked of anybody else. */
function assertClean({ complaints, foreign }: OpenedPage): void {
  assertEquals([complaints, foreign], [[], []]);
}

describe("the live page in a browser", { ignore: isBrowserMissing }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
  });

  it("shows the library's values while workers run", async () => {
    const stats = openShop();
    await using server = await serveLive(stats, { intervalMs: 200 });
    const seats = ["worker-1", "worker-2"].map((name) => stats.reserveThread(name));
    await using one = await startWorker(script, seats[0].handle);
    await using two = await startWorker(script, seats[1].handle);
    const counting = [one.call("count"), two.call("count")];
    await using opened = await browser.open(server.url);
    const { page } = opened;
    await says(page, "verdict", /All 2 threads are moving/);
    await says(page, "tile-jobs", /\/s/);
    const rate = numberOf(
      await textOf(page, "tile-jobs").then((text) => text.replace("jobscounter", "")),
    );
    assert(rate > 20 && rate < 1000, `${rate} jobs a second`);
    for (const worker of [one, two]) worker.requestStop();
    await Promise.all(counting);
    const { jobs, requests, latency } = stats.metrics;
    await until(
      async () => {
        const total = /([\d.]+\u202f?[kM]?) in all/.exec(await textOf(page, "tile-jobs"))
          ?.[1] ?? "";
        return Math.abs(numberOf(total) / jobs.read() - 1) < 0.005;
      },
      "the total of jobs",
    );
    await page.goto(`${server.url}#/m/requests`);
    const [{ value }] = requests.series();
    await until(
      async () =>
        (await find(page, "series").locator("tbody td").last().getByTitle("")
            .count()) >= 0 &&
        (await find(page, "series").locator("tbody [title]").last()
            .getAttribute("title"))
            ?.replaceAll("\u202f", "") === String(value),
      "the exact total of the series",
    );
    await page.goto(`${server.url}#/m/latency`);
    await says(page, "numbers", /p50/);
    await until(
      async () => {
        const text = await find(page, "numbers").locator("dd").nth(2)
          .textContent();
        const wanted = latency.read().quantile(0.99);
        return Math.abs(numberOf(text ?? "") / wanted - 1) < 0.01;
      },
      "the quantile of the library",
    );
    assertClean(opened);
  });

  it("shows a worker that hangs as stuck while it does, and one that was killed", async () => {
    const stats = openShop();
    await using server = await serveLive(stats, { intervalMs: 200 });
    const seats = ["good", "hanging", "killed"].map((name) => stats.reserveThread(name));
    await using good = await startWorker(script, seats[0].handle);
    await using hanging = await startWorker(script, seats[1].handle);
    await using killed = await startWorker(script, seats[2].handle);
    const counting = good.call("count");
    killed.call("count").catch(() => {});
    await hanging.call("step");
    await using opened = await browser.open(server.url);
    const { page } = opened;
    await find(page, "thread-2").and(page.locator("[data-state=moving]"))
      .waitFor();
    const hung = hanging.call("hang");
    await find(page, "thread-1").and(page.locator("[data-state=stuck]"))
      .waitFor();
    await says(page, "thread-1", /no update for \d/);
    await says(page, "verdict", /hanging is stuck/);
    assertEquals(
      await find(page, "verdict").locator("xpath=../..").getAttribute(
        "data-level",
      ),
      "bad",
    );
    assertMatch(await page.title(), /^▲ shop/);
    await killed.terminate();
    seats[2].revoke();
    await find(page, "thread-2").and(page.locator("[data-state=revoked]"))
      .waitFor();
    await says(page, "thread-2", /killed \d+\.\d\u202fs ago/);
    await find(page, "place-threads").click();
    await says(page, "threads", /1 in progress/);
    hanging.requestStop();
    await hung;
    await find(page, "threads").locator('tr[data-key="1"] [data-state=moving]')
      .first().waitFor();
    good.requestStop();
    await counting;
    assertClean(opened);
  });

  it("shows hostile names and labels as text", async () => {
    const stats = openShop();
    const evil = `<img src=x onerror="document.title='bad'"><script>alert(1)</script>`;
    const { metrics } = stats.registerThread(evil.slice(0, 64));
    metrics.requests.labels({ method: evil, status: `"'&\u202e\u0000</td>` })
      .add(3);
    metrics.requests.labels({ method: "__proto__", status: "constructor" }).add(
      1,
    );
    await using server = await serveLive(stats, {
      intervalMs: 200,
      title: evil,
    });
    await using opened = await browser.open(
      `${server.url}#/m/requests?q=%3Cimg`,
    );
    const { page } = opened;
    await says(page, "series", /onerror/);
    assertEquals(await find(page, "series").locator("tbody tr").count(), 1);
    await page.goto(`${server.url}#/threads`);
    await says(page, "threads", /<img src=x/);
    assertEquals(await page.locator("img, main script").count(), 0);
    assertEquals((await page.title()).includes("<script>"), true);
    assertClean(opened);
  });

  it("searches, sorts and opens one of 10,000 series, with no more rows than are in sight", async () => {
    const stats = openShop();
    const { metrics } = stats.registerThread("main");
    const children = Array.from(
      { length: 10_000 },
      (_, n) =>
        metrics.requests.labels({
          method: n % 2 ? "GET" : "POST",
          status: `s${n}`,
        }),
    );
    await using server = await serveLive(stats, { intervalMs: 200 });
    await using opened = await browser.open(`${server.url}#/m/requests`);
    const { page } = opened;
    await says(page, "count", /10\u202f000 series/);
    const timer = setInterval(
      () => children.forEach((child, n) => child.add(n)),
      100,
    );
    try {
      const rows = find(page, "series").locator("tbody tr");
      assert(await rows.count() < 60, `${await rows.count()} rows`);
      assert(await page.locator("*").count() < 1200);
      await says(page, "series", /s9999/);
      await find(page, "search").fill("method:get s123");
      await says(page, "count", /^6 of 10\u202f000 series/);
      assertEquals(await rows.locator("mark").first().textContent(), "GET");
      await find(page, "sort-status").click();
      assertEquals(
        await find(page, "series").locator("[aria-sort]").getAttribute(
          "aria-sort",
        ),
        "ascending",
      );
      assertEquals(
        await rows.first().locator("td").nth(1).textContent(),
        "s123",
      );
      assertMatch(page.url(), /q=method%3Aget\+s123&sort=status/);
      await rows.first().click();
      await says(page, "series-detail", /s123/);
      assertMatch(page.url(), /at=123/);
      await page.reload();
      await says(page, "series-detail", /s123/);
      await page.keyboard.press("Escape");
      await find(page, "series-detail").waitFor({ state: "hidden" });
      await find(page, "search").fill("nothing like that");
      await find(page, "no-match").waitFor();
      await find(page, "no-match").getByRole("button").click();
      await says(page, "count", /^10\u202f000 series/);
      await find(page, "series-scroller").evaluate((box: HTMLElement) => box.scrollTop = 1e6);
      await says(page, "series", /s9999/);
      assertEquals(
        await find(page, "series").getAttribute("aria-rowcount"),
        "10001",
      );
    } finally {
      clearInterval(timer);
    }
    assertClean(opened);
  });

  it("has the program search where there are more series than are sent", async () => {
    const stats = ThreadStats.create(
      defineSchema({ hits: counter({ labels: ["n"], maxSeries: 12_000 }) }),
      { maxThreads: 2 },
    );
    const { metrics } = stats.registerThread("main");
    const series = Array.from({ length: 11_000 }, (_, n) => metrics.hits.labels({ n: `n${n}` }));
    await using server = await serveLive(stats as never, { intervalMs: 200 });
    const timer = setInterval(() => series.slice(1000).forEach((one) => one.add()), 100);
    try {
      await using opened = await browser.open(`${server.url}#/m/hits`);
      const { page } = opened;
      await says(page, "count", /^10\u202f000 of 11\u202f000 series · by rate/);
      await find(page, "search").fill("n:n77");
      await says(page, "count", /^111 of 11\u202f000 series/);
      await find(page, "search").fill("n:n77 n:n777");
      await says(page, "count", /^11 of 11\u202f000 series/);
      await says(page, "series", /n777/);
      await find(page, "search").fill("");
      await says(page, "count", /^10\u202f000 of 11\u202f000 series/);
      assertClean(opened);
    } finally {
      clearInterval(timer);
    }
  });

  it("says that the connection is lost, keeps the figures, and comes back after a restart", async () => {
    const stats = openShop();
    stats.registerThread("main").metrics.jobs.add(42);
    const first = await serveLive(stats, { intervalMs: 200 });
    await using opened = await browser.open(first.url);
    const { page, complaints } = opened;
    await says(page, "tile-jobs", /42 in all/);
    await first[Symbol.asyncDispose]();
    await says(page, "status", /Lost/);
    await says(
      page,
      "banner",
      /The connection is lost\..*values of \d\d:\d\d:\d\d.*/,
    );
    await says(page, "verdict", /Not known since/);
    assertMatch(await textOf(page, "tile-jobs"), /42 in all/);
    const again = openShop();
    again.registerThread("main").metrics.jobs.add(7);
    await using _second = await serveLive(
      again,
      { intervalMs: 200 },
      first.port,
    );
    await find(page, "retry").click();
    await says(page, "tile-jobs", /7 in all/);
    await says(page, "status", /Live/);
    await says(page, "banner", /The program restarted at/);
    await find(page, "banner").getByRole("button").click();
    await find(page, "banner").waitFor({ state: "hidden" });
    assertEquals(
      complaints.filter((text) => !text.includes("Failed to load resource")),
      [],
    );
  });

  it("serves two viewers at different places, and refuses one too many and one who may not", async () => {
    const stats = openShop();
    const { metrics } = stats.registerThread("main");
    await using server = await serveLive(stats, {
      intervalMs: 200,
      maxViewers: 2,
    });
    await using one = await browser.open(server.url);
    await using two = await browser.open(`${server.url}#/m/jobs`);
    await says(one.page, "status", /Live/);
    await says(two.page, "status", /Live/);
    metrics.jobs.add(1234);
    await says(one.page, "tile-jobs", /1.23\u202fk in all/);
    await says(two.page, "numbers", /1\.23k/);
    await using three = await browser.open(server.url);
    await says(three.page, "banner", /Too many viewers \(2\)/);
    assertClean(one);
    assertClean(two);
    await using closed = await serveLive(stats, {
      authorize: ({ url }) => !url.includes("/events"),
    });
    await using refused = await browser.open(closed.url);
    await says(refused.page, "banner", /This page may not read the figures/);
  });

  it("works by the keyboard alone", async () => {
    const stats = openShop();
    const { metrics } = stats.registerThread("main");
    for (let n = 0; n < 30; n++) {
      metrics.requests.labels({ method: "GET", status: `${n}` }).add(n);
    }
    await using server = await serveLive(stats, { intervalMs: 200 });
    await using opened = await browser.open(server.url);
    const { page } = opened;
    const press = (key: string) => page.keyboard.press(key);
    await says(page, "status", /Live/);
    await press("Tab");
    assertEquals(
      await page.evaluate(() => (document.activeElement as HTMLElement).dataset.testid),
      "skip",
    );
    await press("Enter");
    assertEquals(await page.evaluate(() => document.activeElement?.id), "main");
    await press("t");
    await find(page, "threads").waitFor();
    await press("]");
    await find(page, "numbers").waitFor();
    assertMatch(page.url(), /#\/m\/jobs/);
    await press("]");
    await find(page, "search").waitFor();
    await press("/");
    await page.keyboard.type("status:2");
    await says(page, "count", /11 of 30 series/);
    await press("Escape");
    await press("Escape");
    await find(page, "series-scroller").focus();
    await press("ArrowDown");
    await press("ArrowDown");
    await says(page, "series-scroller", /order held/);
    assertEquals(
      await page.locator("tr[aria-selected=true]").getAttribute(
        "aria-rowindex",
      ),
      "3",
    );
    await press("Enter");
    await find(page, "series-detail").waitFor();
    await press("Escape");
    await press("Escape");
    await press("3");
    assertMatch(page.url(), /w=900/);
    await press("p");
    await says(page, "status", /Paused, .* behind/);
    await press("p");
    await says(page, "status", /Live/);
    await page.locator("section[data-testid=chart] .chart").focus();
    await press("ArrowLeft");
    await says(page, "announcer", /ago|now/);
    await press("c");
    await says(page, "announcer", /lines copied/);
    assertMatch(
      await page.evaluate(() => navigator.clipboard.readText()),
      /30 of 30 series/,
    );
    await press("?");
    await find(page, "help-sheet").waitFor();
    await page.getByLabel("Single keys are shortcuts").uncheck();
    await press("Escape");
    await press("o");
    assertMatch(page.url(), /#\/m\/requests/);
    assertClean(opened);
  });

  it("copies text, JSON, a curl command and the link", async () => {
    const stats = openShop();
    stats.registerThread("main").metrics.jobs.add(42);
    await using server = await serveLive(stats, { intervalMs: 200 });
    await using opened = await browser.open(`${server.url}#/m/jobs?w=300`);
    const { page } = opened;
    await says(page, "status", /Live/);
    const copied = async (kind: string) => {
      await find(page, "copy").click();
      await page.locator(`[data-copy=${kind}]`).click();
      await says(page, "announcer", /copied/);
      await find(page, "announcer").filter({ hasText: /copied/ }).waitFor();
      return await page.evaluate(() => navigator.clipboard.readText());
    };
    assertMatch(await copied("text"), /jobs \(counter\): Jobs done/);
    await until(async () => (await copied("json")).startsWith("{"), "JSON");
    assertEquals(JSON.parse(await copied("json")).series[0].value, 42);
    await until(
      async () => (await copied("curl")).startsWith("curl"),
      "a command",
    );
    const address = /^curl -s '(.*)'$/.exec(await copied("curl"))![1];
    assertMatch(await (await fetch(address)).text(), /jobs \(counter\)/);
    await until(
      async () => (await copied("link")) === `${server.url}#/m/jobs?w=300`,
      "the link",
    );
    assertClean(opened);
  });

  it("folds many threads, keeps the ill in sight, and says when a limit is close", async () => {
    const stats = openShop(40);
    const threads = Array.from(
      { length: 38 },
      (_, n) => stats.registerThread(`t${n}`).metrics,
    );
    threads[37].inProgress.set(1);
    threads[37].jobs.add();
    await using server = await serveLive(stats, { intervalMs: 200 });
    await using opened = await browser.open(server.url);
    const { page } = opened;
    const timer = setInterval(
      () => threads.slice(0, 37).forEach(({ jobs }) => jobs.add()),
      50,
    );
    try {
      await says(page, "threads-rest", /and 15 moving/);
      assertEquals(
        await find(page, "thread-strip").locator(".cell").count(),
        24,
      );
      await find(page, "thread-37").and(page.locator("[data-state=stuck]"))
        .waitFor();
      assertEquals(
        await find(page, "thread-strip").locator(".cell").first().getAttribute(
          "data-testid",
        ),
        "thread-37",
      );
      await find(page, "self-strip").locator(".close").filter({
        hasText: "Slots",
      }).waitFor();
    } finally {
      clearInterval(timer);
    }
    assertClean(opened);
  });

  it("shows an empty program, dark, and a phone without a sideways scroll", async () => {
    const stats = openShop();
    await using server = await serveLive(stats, { intervalMs: 200 });
    const phone = {
      viewport: { width: 390, height: 800 },
      colorScheme: "dark" as const,
    };
    await using opened = await browser.open(server.url, phone);
    const { page } = opened;
    await says(page, "verdict", /No thread has registered yet/);
    await says(page, "empty", /registerThread\("worker-1"\)/);
    const ground = () =>
      page.evaluate(() => getComputedStyle(document.body.parentElement!).backgroundColor);
    assertEquals(await ground(), "rgb(14, 17, 22)");
    for (
      const place of [
        "#/",
        "#/threads",
        "#/m/requests",
        "#/m/latency",
        "#/m/flow",
      ]
    ) {
      await page.goto(server.url + place);
      await says(page, "status", /Live/);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assertEquals(width, 390, place);
    }
    await page.emulateMedia({ colorScheme: "light" });
    assertEquals(await ground(), "rgb(246, 247, 249)");
    assertClean(opened);
  });
});
