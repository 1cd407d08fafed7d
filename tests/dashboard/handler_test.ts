import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync } from "node:fs";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import {
  dashboardHandler,
  dashboardNodeHandler,
  type DashboardOptions,
} from "../../src/dashboard/mod.ts";
import { UPLOT } from "../../src/dashboard/uplot.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { serveLive, shopSchema } from "./shop.ts";
import { ask, SITE, Stream } from "./stream.ts";

const open = (options: DashboardOptions = {}) => {
  const stats = ThreadStats.create(shopSchema);
  return {
    stats,
    handler: dashboardHandler(stats, {
      path: "/live",
      intervalMs: 100,
      ...options,
    }),
  };
};

const statusOf = async (response: Response | Promise<Response>) => {
  const { status, body } = await response;
  await body?.cancel();
  return status;
};

describe("dashboardHandler()", () => {
  it("answers with a page that names only its own files, and these", async () => {
    const { handler } = open({ title: "a & <b>" });
    const page = await ask(handler);
    assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
    const html = await page.text();
    assertStringIncludes(html, "<title>a &amp; &lt;b&gt;</title>");
    const named = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((
      [, address],
    ) => address);
    assertEquals(named.filter((address) => !address.startsWith("assets/")), [
      "data:,",
    ]);
    assertEquals(named.length, 4);
    for (const address of named.filter((one) => one.startsWith("assets/"))) {
      assertMatch(address, /^assets\/[a-z]+\.(css|js)\?v=[0-9a-f]{16}$/);
      const file = await ask(handler, `/${address}`);
      assertEquals(file.status, 200);
      assertMatch(
        file.headers.get("content-type")!,
        /^text\/(css|javascript); charset=utf-8$/,
      );
      assertStringIncludes(file.headers.get("cache-control")!, "immutable");
      await file.body?.cancel();
    }
    assert(
      !/<script(?! defer src)|<style|style=|\son\w+=/.test(html),
      "nothing is inline",
    );
  });

  it("weighs less than 120 KiB, uPlot included", async () => {
    const { handler } = open();
    const html = await (await ask(handler)).text();
    let bytes = new TextEncoder().encode(html).length;
    for (const [address] of html.matchAll(/assets\/[^"]+/g)) {
      bytes += (await (await ask(handler, `/${address}`)).arrayBuffer()).byteLength;
    }
    assertLess(bytes, 120 * 1024);
  });

  it("protects every answer by its headers", async () => {
    const { handler } = open();
    for (
      const path of [
        "/",
        "/data",
        "/points?m=jobs",
        "/events",
        "/nothing",
        "/assets/page.css",
      ]
    ) {
      const { headers, body } = await ask(handler, path);
      await body?.cancel();
      const policy = headers.get("content-security-policy")!;
      assertStringIncludes(
        policy,
        "default-src 'none'; script-src 'self'; style-src 'self'",
      );
      assertStringIncludes(policy, "frame-ancestors 'none'");
      assert(!policy.includes("unsafe"), policy);
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assertEquals(headers.get("referrer-policy"), "no-referrer");
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
      const caching = headers.get("cache-control");
      assertEquals(caching === "no-store", !path.startsWith("/assets"), path);
    }
  });

  it("reads only: GET and HEAD", async () => {
    const { handler } = open();
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await ask(handler, "/", { method });
      assertEquals([response.status, response.headers.get("allow")], [
        405,
        "GET, HEAD",
      ]);
      await response.body?.cancel();
    }
    for (const path of ["/", "/data", "/events"]) {
      const head = await ask(handler, path, { method: "HEAD" });
      assertEquals([head.status, await head.text()], [200, ""]);
    }
  });

  it("is for this machine's own names, and those that hosts has", async () => {
    const { handler } = open();
    const as = (host: string, one = handler) =>
      statusOf(one(new Request(`${SITE}/data`, { headers: { host } })));
    for (
      const host of [
        "localhost",
        "localhost:8000",
        "a.localhost",
        "127.0.0.1:1",
        "[::1]:80",
      ]
    ) {
      assertEquals(await as(host), 200, host);
    }
    for (
      const host of [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "[::2]",
      ]
    ) {
      assertEquals(await as(host), 403, host);
    }
    for (const host of ["a b", "x/y", "@localhost", "localhost@evil"]) {
      assertEquals(await as(host), 403, host);
    }
    const named = open({ hosts: ["stats.example.com"] }).handler;
    assertEquals(await as("Stats.Example.com:443", named), 200);
    assertEquals(await as("other.example.com", named), 403);
    assertEquals(
      await as("other.example.com", open({ hosts: "any" }).handler),
      200,
    );
  });

  it("is read by its own page alone, and by programs that are no browser", async () => {
    const { handler } = open();
    const as = (headers: Record<string, string>, path = "/data") =>
      statusOf(
        ask(handler, path, { headers: { host: "localhost:8000", ...headers } }),
      );
    assertEquals(await as({ origin: "http://localhost:8000" }), 200);
    for (
      const origin of [
        "http://evil.example",
        "http://localhost:8001",
        "null",
        "x",
      ]
    ) {
      assertEquals(await as({ origin }), 403, origin);
    }
    assertEquals(await as({ "sec-fetch-site": "same-origin" }), 200);
    assertEquals(await as({ "sec-fetch-site": "none" }), 200);
    for (const site of ["cross-site", "same-site"]) {
      assertEquals(await as({ "sec-fetch-site": site }), 403, site);
    }
    assertEquals(
      await as(
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
        "/",
      ),
      200,
    );
    const tls = open({ hosts: ["stats.example.com"] }).handler;
    const headers = {
      host: "stats.example.com:443",
      origin: "https://stats.example.com",
    };
    assertEquals(await statusOf(ask(tls, "/data", { headers })), 200);
  });

  it("asks authorize before everything else", async () => {
    const asked: string[] = [];
    const { handler } = open({
      authorize: (request) => {
        asked.push(new URL(request.url).pathname);
        return request.headers.get("authorization") === "Bearer sesame";
      },
    });
    for (
      const path of [
        "/",
        "/assets/page.css",
        "/events",
        "/data",
        "/points",
        "/nothing",
      ]
    ) {
      assertEquals(await statusOf(ask(handler, path)), 403, path);
    }
    assertEquals(asked.length, 6);
    const headers = { authorization: "Bearer sesame" };
    assertEquals(await statusOf(ask(handler, "/", { headers })), 200);
    const login = new Response("who?", {
      status: 401,
      headers: { "www-authenticate": "Basic" },
    });
    const asking = open({ authorize: () => Promise.resolve(login) }).handler;
    const answer = await ask(asking);
    assertEquals([answer.status, answer.headers.get("www-authenticate")], [
      401,
      "Basic",
    ]);
    for (
      const authorize of [() => undefined, () => 1, () => "yes", () => null]
    ) {
      assertEquals(
        await statusOf(ask(open({ authorize: authorize as never }).handler)),
        403,
      );
    }
    const { error } = console;
    console.error = () => {};
    try {
      const failing = open({
        authorize: () => Promise.reject(new Error("no")),
      }).handler;
      assertEquals(await statusOf(ask(failing)), 403);
    } finally {
      console.error = error;
    }
  });

  it("is found under its path alone, or by the end of any path", async () => {
    const { stats, handler } = open();
    const at = (one: typeof handler, path: string) => one(new Request(`http://localhost${path}`));
    for (
      const path of [
        "/",
        "/other/",
        "/liver/",
        "/live/x/data",
        "/live/assets/",
        "/live/assets/x",
      ]
    ) {
      assertEquals(await statusOf(at(handler, path)), 404, path);
    }
    const bare = await at(handler, "/live");
    assertEquals([bare.status, bare.headers.get("location")], [308, "live/"]);
    const anywhere = dashboardHandler(stats);
    for (
      const path of [
        "/",
        "/a/b/",
        "/a/b/data",
        "/data",
        "/x/points?m=jobs",
        "/x/assets/page.js",
      ]
    ) {
      assertEquals(await statusOf(at(anywhere, path)), 200, path);
    }
    assertEquals((await at(anywhere, "/a/b")).headers.get("location"), "b/");
    assertEquals(
      await statusOf(at(dashboardHandler(stats, { path: "/" }), "/data")),
      200,
    );
  });

  it("tells the last intervals of series that are asked for, and of no others", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("main");
    const child = metrics.requests.labels({ method: "GET", status: "200" });
    child.add(5);
    await using stream = await Stream.open(handler);
    child.add(7);
    await stream.next();
    const answer = await ask(handler, "/points?m=requests&ids=0,99,-1,x,1.5");
    const { points } = await answer.json();
    assertEquals(Object.keys(points), ["0", "99"]);
    assert(
      points[0].at(-1) > 0 || points[0].at(-2) > 0,
      JSON.stringify(points[0]),
    );
    assertEquals(points[99], []);
    assertEquals(await statusOf(ask(handler, "/points?m=nothing&ids=0")), 404);
  });

  it("refuses one viewer too many", async () => {
    const { handler } = open({ maxViewers: 1 });
    {
      await using _first = await Stream.open(handler);
      const second = await ask(handler, "/events");
      assertEquals([second.status, second.headers.get("retry-after")], [
        503,
        "30",
      ]);
      assertMatch(await second.text(), /Too many viewers \(1\)/);
    }
    await using _third = await Stream.open(handler);
  });

  it("falls back where a query is damaged", async () => {
    const { handler } = open();
    for (
      const query of [
        "w=7",
        "w=x&m=%ff",
        "m=toString",
        "at=-5",
        "at=1e9",
        "m=jobs&sort=-nothing",
      ]
    ) {
      await using stream = await Stream.open(handler, query);
      assertEquals(stream.model.full.window, 60, query);
      await stream.next();
    }
  });

  it("reads views of statistics that it has no schema of", async () => {
    const { stats } = open();
    stats.registerThread("main").metrics.jobs.add(3);
    const handler = dashboardHandler(ThreadStats.inspect(stats.handle), {
      path: "/live",
    });
    const data = await (await ask(handler, "/data?view=m&metric=jobs&format=json")).json();
    assertEquals(data.series[0].value, 3);
  });

  it("refuses bad arguments, by what is required and what it got", () => {
    const stats = ThreadStats.create(shopSchema);
    const what = "Cannot make a dashboard:";
    const cases: [
      unknown,
      unknown,
      typeof TypeError | typeof RangeError,
      string,
    ][] = [
      [
        undefined,
        {},
        TypeError,
        "it needs a ThreadStats or a view of one, got undefined",
      ],
      [{}, {}, TypeError, "it needs a ThreadStats or a view of one, got an object"],
      [stats, null, TypeError, "the options must be an object, got null"],
      [stats, 5, TypeError, "the options must be an object, got 5"],
      [stats, { window: "60" }, TypeError, 'window must be a number, got "60"'],
      [
        stats,
        { window: 61 },
        RangeError,
        "window must be 60, 300, 900 or 3600 seconds, got 61",
      ],
      [
        stats,
        { intervalMs: null },
        TypeError,
        "intervalMs must be a number, got null",
      ],
      [
        stats,
        { intervalMs: 99 },
        RangeError,
        "intervalMs must be from 100 to 5000, got 99",
      ],
      [
        stats,
        { intervalMs: NaN },
        RangeError,
        "intervalMs must be from 100 to 5000, got NaN",
      ],
      [stats, { path: 1 }, TypeError, "path must be a string, got 1"],
      [
        stats,
        { path: "live" },
        RangeError,
        'path must begin with one slash and have no query, got "live"',
      ],
      [
        stats,
        { path: "//x" },
        RangeError,
        'path must begin with one slash and have no query, got "//x"',
      ],
      [
        stats,
        { path: "/x?y" },
        RangeError,
        'path must begin with one slash and have no query, got "/x?y"',
      ],
      [stats, { title: 1 }, TypeError, "the title must be a string, got 1"],
      [
        stats,
        { authorize: true },
        TypeError,
        "authorize must be a function, got true",
      ],
      [
        stats,
        { hosts: "all" },
        TypeError,
        'hosts must be an array of names, or "any", got "all"',
      ],
      [
        stats,
        { hosts: [1] },
        TypeError,
        'hosts must be an array of names, or "any", got [1]',
      ],
      [
        stats,
        { hosts: ["a:80"] },
        RangeError,
        'hosts must be names without scheme and port, got "a:80"',
      ],
      [
        stats,
        { busyWhen: 1 },
        TypeError,
        "busyWhen must be names of gauges, got 1",
      ],
      [
        stats,
        { busyWhen: ["jobs"] },
        RangeError,
        "busyWhen must name gauges of the schema, got jobs",
      ],
      [
        stats,
        { maxViewers: "x" },
        TypeError,
        'maxViewers must be a number, got "x"',
      ],
      [
        stats,
        { maxViewers: 0 },
        RangeError,
        "maxViewers must be a positive integer, got 0",
      ],
      [
        stats,
        { uplot: "uplot.js" },
        TypeError,
        'uplot must be the text of uPlot\'s script, got "uplot.js"',
      ],
    ];
    for (const [source, options, error, text] of cases) {
      for (const make of [dashboardHandler, dashboardNodeHandler]) {
        assertRefuses(
          () => make(source as never, options as never),
          error,
          `${what} ${text}`,
        );
      }
    }
  });

  it("takes uPlot in one version everywhere", () => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
    const folder = "../../src/dashboard";
    for (const file of ["uplot.ts", "page/line_chart.ts"]) {
      assertStringIncludes(read(`${folder}/${file}`), `"${UPLOT}"`);
    }
    const { devDependencies } = JSON.parse(read("package.json"));
    assertEquals(`npm:uplot@${devDependencies.uplot}`, UPLOT);
  });
});

describe("data", () => {
  it("has all rows of a view as JSON, exactly", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("main");
    for (let n = 0; n < 200; n++) {
      metrics.flow.labels({ source: `s${n}` }).update({
        bytes: 2n ** 60n + BigInt(n),
        packets: n,
      });
    }
    metrics.latency.record(0.5);
    const json = async (query: string) =>
      await (await ask(handler, `/data?format=json&${query}`)).json();
    const flow = await json("view=m&metric=flow&sort=-source&q=source:s19");
    assertEquals(flow.series.length, 11);
    assertEquals(flow.series[0].labels, { source: "s199" });
    assertEquals(flow.series[0].value, {
      bytes: String(2n ** 60n + 199n),
      packets: 199,
      lastSeen: null,
    });
    const overview = await json("");
    assertEquals(overview.metrics.latency.total, 1);
    assertEquals(overview.threads[0].name, "main");
    assertEquals(
      (await json("view=threads")).threads[0].metrics.jobs,
      undefined,
    );
    assertEquals(
      await statusOf(ask(handler, "/data?view=m&metric=nothing")),
      404,
    );
  });

  it("has them as text, with their units", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("main");
    metrics.latency.record(0.25);
    const textOf = async (metric: string) =>
      await (await ask(handler, `/data?view=m&metric=${metric}`)).text();
    const latency = await textOf("latency");
    assertStringIncludes(latency, "latency (histogram, in seconds): Request latency\n");
    assertMatch(latency, /^ {2}total +1$/m);
    assertMatch(latency, /^ {2}rate +\S+ \/s$/m);
    assertMatch(latency, /^ {2}p99\.9 +\S+ s$/m);
    assertMatch(latency, /^ {2}max +\S+ s$/m);
    const jobs = await textOf("jobs");
    assertStringIncludes(jobs, "jobs (counter): Jobs done\n");
    assertMatch(jobs, /^ {2}rate +\S+ \/s$/m);
    assertMatch(jobs, /^ {2}total +0$/m);
  });

  it("has them as text, in which no label moves a cursor", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("main\u001b[2J");
    metrics.requests.labels({
      method: "GET",
      status: "\u001b]0;x\u0007\u202e\r\n",
    }).add(2);
    const text = await (await ask(handler, "/data?view=m&metric=requests"))
      .text();
    assertMatch(text, /1 of 1 series/);
    assertMatch(text, /GET {5}�\]0;x����/);
    const overview = await (await ask(handler, "/data")).text();
    assertStringIncludes(overview, "main�[2J");
    // deno-lint-ignore no-control-regex -- that is what it is about
    assert(!/[\u0000-\u0009\u000b-\u001f]/.test(text + overview));
  });
});

describe("a server with the page", () => {
  it("serves page and stream, and notices when a viewer leaves", async () => {
    const stats = ThreadStats.create(defineSchema({ hits: counter() }));
    await using server = await serveLive(stats as never, {
      intervalMs: 100,
      maxViewers: 1,
    });
    const page = await fetch(server.url);
    assertEquals(page.status, 200);
    await page.body?.cancel();
    const bare = await fetch(server.url.slice(0, -1));
    assertEquals([bare.status, bare.url], [200, server.url]);
    await bare.body?.cancel();
    const stop = new AbortController();
    const stream = await fetch(`${server.url}events`, { signal: stop.signal });
    const reader = stream.body!.getReader();
    await reader.read();
    assertEquals((await fetch(`${server.url}events`)).status, 503);
    stop.abort();
    await reader.read().catch(() => {});
    for (let n = 0;; n++) {
      const again = new AbortController();
      const response = await fetch(`${server.url}events`, {
        signal: again.signal,
      });
      again.abort();
      if (response.status === 200) break;
      assertLess(n, 100, "the viewer that left still counts");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  it("keeps a viewer whose first message is large", async () => {
    const long = defineSchema({ hits: counter({ labels: ["n"], maxSeries: 2000 }) });
    const stats = ThreadStats.create(long);
    const { metrics } = stats.registerThread("main");
    for (let n = 0; n < 1500; n++) metrics.hits.labels({ n: `${n}${"x".repeat(1000)}` }).add();
    const handler = dashboardHandler(stats, { path: "/live", intervalMs: 100, maxViewers: 1 });
    const response = await ask(handler, "/events?m=hits");
    // Some intervals go by before it takes anything.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const alive = setInterval(() => {}, 1000);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: delta")) {
      const { done, value } = await reader.read();
      assert(!done);
      text += value;
    }
    assert(text.length > 1_500_000);
    clearInterval(alive);
    await reader.cancel();
  });

  it("drops a viewer that takes nothing of what is sent", async () => {
    const wide = defineSchema({
      hits: counter({ labels: ["n"], maxSeries: 10_000 }),
    });
    const stats = ThreadStats.create(wide);
    const { metrics } = stats.registerThread("main");
    const series = Array.from(
      { length: 10_000 },
      (_, n) => metrics.hits.labels({ n: `n${n}` }),
    );
    const handler = dashboardHandler(stats, {
      path: "/live",
      intervalMs: 100,
      maxViewers: 1,
    });
    const response = await ask(handler, "/events?m=hits");
    assertEquals(response.status, 200);
    const limit = Date.now() + 60_000;
    while (await statusOf(ask(handler, "/events")) === 503) {
      assert(Date.now() < limit, "it is still a viewer");
      series.forEach((one, n) => one.add(1e9 + n));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await response.body!.cancel().catch(() => {});
  });
});
