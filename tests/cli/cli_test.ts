import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { runCli } from "../../src/cli/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { serveLive, shopSchema } from "../dashboard/shop.ts";
import { resultOf } from "../examples/flows/run_program.ts";
import { listen } from "../support/listen.ts";
import { startWorker } from "../support/worker.ts";
import { run, start } from "./command.ts";

const script = new URL("../dashboard/workers/shop.ts", import.meta.url);
const intervalMs = 200;

describe("the command without a terminal", () => {
  it("top prints a block for each interval, of real workers", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    await using server = await serveLive(stats, { intervalMs });
    await using worker = await startWorker(script, stats.handle);
    const counting = worker.call("count");
    counting.catch(() => {}); // A test that fails does not wait for it.
    const child = start("top", server.url);
    const ending = resultOf(child);
    let output = "";
    child.stdout!.on("data", (text) => {
      output += text;
      if (output.split("\n\n").length > 3) child.kill("SIGTERM");
    });
    const { stdout, stderr } = await ending;
    assertEquals(stderr, "");
    const rows = stdout.split("\n\n")[2].split("\n").map((line) => line.split("\t").slice(1));
    assertEquals(rows.map(([kind]) => kind), [
      ...["verdict", "thread", ...Object.keys(shopSchema.metrics).map(() => "metric")],
    ]);
    assertEquals(rows.slice(2).map(([, name]) => name), Object.keys(shopSchema.metrics));
    worker.requestStop();
    await counting;
  });

  it("top --once --json prints the message full, with text for labels", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    const { metrics } = stats.registerThread("main");
    metrics.jobs.add(7);
    metrics.requests.labels({ method: "GET", status: "日\x1b[2J" }).add(5);
    await using server = await serveLive(stats, { intervalMs });
    const options = ["--once", "--json", "--metric", "requests"];
    const { status, stdout, stderr } = await run("top", server.url, ...options);
    assertEquals([status, stderr], [0, ""]);
    const message = JSON.parse(stdout);
    assertEquals([message.v, message.title, message.threads[0][1]], [1, "shop", "main"]);
    assertEquals(message.metrics.find((one: { name: string }) => one.name === "jobs").totals, [7]);
    assertEquals(message.series.rows[0].labels, { method: "GET", status: "日\x1b[2J" });
    assertEquals(message.series.rows[0].values, { value: 5 });
    // As JSON escapes it.
    assert(!stdout.includes("\x1b"));
  });

  it("top --once --check says by its status that a thread is ill", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    stats.registerThread("hangs").metrics.inProgress.set(1);
    await using server = await serveLive(stats, { intervalMs });
    const { status, stdout } = await run("top", server.url, "--once", "--check");
    assertEquals(status, 3);
    assertStringIncludes(stdout, "thread\thangs\tstuck");
  });

  it("read prints the page's figures as text and as JSON, without control characters", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    const { metrics } = stats.registerThread("main\x1b]0;x\x07");
    for (const status of ["200", "\x1b[2J", "503"]) {
      metrics.requests.labels({ method: "GET", status }).add(3);
    }
    await using server = await serveLive(stats, { intervalMs });
    const text = await run("read", server.url);
    assertEquals([text.status, text.stderr], [0, ""]);
    assertStringIncludes(text.stdout, "requests    counter");
    assert(!text.stdout.includes("\x1b"));
    const found = ["--metric", "requests", "--search", "status:503", "--format", "json"];
    const json = await run("read", server.url, ...found);
    assertEquals(JSON.parse(json.stdout).series.map(({ value }: { value: number }) => value), [3]);
    const none = await run("read", server.url, "--metric", "nothing");
    assertEquals(none.status, 1);
    assertStringIncludes(none.stderr, "There is no such metric");
  });

  it("read prints the expositions that ./prometheus makes, as they are", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    const { metrics } = stats.registerThread("main");
    metrics.jobs.add(3);
    metrics.requests.labels({ method: "GET", status: "\x1b[2J" }).add(2);
    await using server = await serveLive(stats, { intervalMs });
    for (const format of ["text", "openmetrics"] as const) {
      const name = format === "text" ? "prometheus" : format;
      const { status, stdout, stderr } = await run("read", server.url, "--format", name);
      assertEquals([status, stderr], [0, ""]);
      assertEquals(stdout, prometheusText(stats.snapshot(), { format }));
    }
    const one = ["--format", "prometheus", "--metric"];
    const jobs = await run("read", server.url, ...one, "jobs");
    const head = "# HELP jobs_total Jobs done\n# TYPE jobs_total counter\n";
    assertEquals(jobs.stdout, `${head}jobs_total 3\n`);
    const none = await run("read", server.url, ...one, "nothing");
    assertEquals(none.status, 1);
    assertStringIncludes(none.stderr, "There is no such metric");
  });

  it("read refuses what is no exposition", async () => {
    // As a page answers that has none.
    await using server = await listen(() =>
      new Response("shop  21:04:36", { headers: { "content-type": "text/plain; charset=utf-8" } })
    );
    for (const format of ["prometheus", "openmetrics"]) {
      const { status, stdout, stderr } = await run("read", server.url, "--format", format);
      assertEquals([status, stdout], [1, ""]);
      assertStringIncludes(stderr, "no live page answers there");
    }
  });

  it("sends headers, and says when it may not read", async () => {
    const stats = ThreadStats.create(shopSchema, { maxThreads: 8 });
    const authorize = (request: Request) => request.headers.get("authorization") === "Bearer a";
    await using server = await serveLive(stats, { intervalMs, authorize });
    const header = ["--header", "Authorization: Bearer a"];
    for (const command of [["read"], ["top", "--once"]]) {
      assertEquals((await run(...command, server.url, ...header)).status, 0);
      const refused = await run(...command, server.url);
      assertEquals(refused.status, 1);
      assertStringIncludes(refused.stderr, "a live page must answer");
    }
  });

  it("ends with 1 when no live page answers", async () => {
    await using server = await listen(() =>
      new Response("hello", { headers: { "content-type": "text/html" } })
    );
    for (const command of [["read"], ["top", "--once"], ["top"]]) {
      const { status, stderr } = await run(...command, server.url);
      assertEquals(status, 1, command.join(" "));
      assertStringIncludes(stderr, "no live page answers there");
    }
    const { status } = await run("read", "http://127.0.0.1:1/");
    assertEquals(status, 1);
  });

  it("ends with 2 for bad arguments, and prints help", async () => {
    const { status, stderr } = await run("read", "ftp://a/");
    assertEquals(status, 2);
    assertStringIncludes(stderr, "the source must be the URL of a live page");
    const help = await run("--help");
    assertEquals(help.status, 0);
    assertStringIncludes(help.stdout, "thread-stats top SOURCE");
  });

  it("runCli() throws nothing, whatever it is given", async () => {
    for (const args of [undefined, null, "top", {}, [undefined], [[]]]) {
      assertEquals(await runCli(args as never), 2);
    }
  });
});
