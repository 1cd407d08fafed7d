import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdirSync, readFileSync } from "node:fs";
import { ThreadStats } from "../../mod.ts";
import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { serveLive, shopSchema } from "./shop.ts";
import { ask } from "./stream.ts";

function openShop() {
  const stats = ThreadStats.create(shopSchema);
  const { metrics } = stats.registerThread("main");
  metrics.jobs.add(3);
  metrics.requests.labels({ method: "GET", status: 'a "b"\n\u001b[2J' }).add(2);
  metrics.inProgress.set(1);
  metrics.latency.record(0.5);
  metrics.size.record(500);
  metrics.flow.labels({ source: "a" }).update({ bytes: 2n ** 60n, packets: 1, lastSeen: 7 });
  return { stats, handler: dashboardHandler(stats, { path: "/live" }) };
}

const TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

/** The names of the families in a text. */
const familiesIn = (text: string) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);

describe("data?format=prometheus", () => {
  it("has what prometheusText() makes of the same memory, in both formats", async () => {
    const { stats, handler } = openShop();
    for (const [name, type] of Object.entries(TYPES)) {
      const response = await ask(handler, `/data?format=${name}`);
      assertEquals([response.status, response.headers.get("content-type")], [200, type]);
      const format = name === "openmetrics" ? "openmetrics" : "text";
      assertEquals(await response.text(), prometheusText(stats.snapshot(), { format }));
    }
  });

  it("has the families of one metric, or those with a name", async () => {
    const { handler } = openShop();
    const familiesOf = async (query: string) =>
      familiesIn(await (await ask(handler, `/data?format=prometheus&${query}`)).text());
    assertEquals(await familiesOf("view=m&metric=jobs"), ["jobs_total"]);
    assertEquals(await familiesOf("view=m&metric=flow"), [
      ...["flow_bytes_total", "flow_packets_total", "flow_last_seen"],
    ]);
    assertEquals(await familiesOf("name[]=in_progress&name[]=size_bytes_sum"), [
      ...["in_progress", "size_bytes"],
    ]);
    for (const metric of ["nothing", "toString", "__proto__"]) {
      const response = await ask(handler, `/data?format=openmetrics&view=m&metric=${metric}`);
      assertEquals([response.status, await response.text()], [404, "There is no such metric\n"]);
    }
  });

  it("has metrics and series that came later", async () => {
    const { stats, handler } = openShop();
    const text = async () => await (await ask(handler, "/data?format=prometheus")).text();
    assert(!(await text()).includes('source="b"'));
    const more = stats.registerThread("more");
    more.metrics.flow.labels({ source: "b" }).update({ packets: 4 });
    assertStringIncludes(await text(), 'flow_packets_total{source="b"} 4\n');
  });

  it("is protected as every other answer", async () => {
    const { stats, handler } = openShop();
    const path = "/data?format=openmetrics";
    const { headers, body } = await ask(handler, path);
    await body?.cancel();
    assertStringIncludes(headers.get("content-security-policy")!, "default-src 'none'");
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    const statusOf = async (init: RequestInit, authorize = () => true) => {
      const guarded = dashboardHandler(stats, { path: "/live", authorize });
      const response = await ask(guarded, path, init);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await statusOf({}), 200);
    assertEquals(await statusOf({}, () => false), 403);
    assertEquals(await statusOf({ method: "POST" }), 405);
    assertEquals(await statusOf({ headers: { host: "evil.example" } }), 403);
    assertEquals(await statusOf({ headers: { origin: "http://evil.example" } }), 403);
    const head = await ask(handler, path, { method: "HEAD" });
    assertEquals([head.status, head.headers.get("content-type"), await head.text()], [
      ...[200, TYPES.openmetrics, ""],
    ]);
  });

  it("is compressed for clients that take it, from a server of the runtime's own", async () => {
    const { stats } = openShop();
    await using server = await serveLive(stats);
    const address = `${server.url}data?format=prometheus`;
    const plain = await fetch(address, { headers: { "accept-encoding": "identity" } });
    assertEquals(plain.headers.get("content-encoding"), null);
    const text = await plain.text();
    assertStringIncludes(text, 'requests_total{method="GET",status="a \\"b\\"\\n\u001b[2J"} 2\n');
    // `fetch` asks for gzip by itself, and unpacks it.
    const packed = await fetch(address);
    assertEquals(familiesIn(await packed.text()), familiesIn(text));
  });

  it("loads the exporter when it is asked for, and not with the page", () => {
    const folder = new URL("../../src/dashboard/", import.meta.url);
    const files = (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => name.endsWith(".ts"));
    assert(files.includes("exposition.ts"));
    for (const name of files) {
      const text = readFileSync(new URL(name.replaceAll("\\", "/"), folder), "utf8");
      assert(!/^(import|export)(?! type)[^;(]*prometheus\//m.test(text), name);
    }
  });
});
