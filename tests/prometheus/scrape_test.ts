import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { schema } from "../../examples/flows/schema.ts";
import { counter, defineSchema, gauge, histogram, ThreadStats } from "../../mod.ts";
import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { isMissing } from "../support/debian_tools.ts";
import { listen } from "../support/listen.ts";
import { PrometheusServer } from "../support/prometheus_server.ts";
import { startWorker } from "../support/worker.ts";

// One runtime is enough: the server sees no more of it than `handler_test.ts` does.
const ignore = !("Deno" in globalThis) || isMissing("prometheus", "--version");

const script = new URL("./workers/flows.ts", import.meta.url);

describe("a Prometheus server that scrapes the flow example", { ignore }, () => {
  it("prometheusHandler() is scraped completely each second, and no total ever decreases", async () => {
    const stats = ThreadStats.create(schema, { maxThreads: 4 });
    await using listener = await listen(prometheusHandler(stats, { runtimeMetrics: true }));
    await using server = await PrometheusServer.start({
      config: `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: flows
    static_configs: [{ targets: ["127.0.0.1:${listener.port}"] }]
`,
    });
    const scrapes = (count: number) =>
      server.until("count_over_time(up[10m])", ([up]) => up?.value >= count);

    const seats = [1, 2, 3, 4].map((n) => stats.reserveThread(`worker-${n}`));
    {
      const start = (n: number) => startWorker(script, seats[n].handle);
      await using first = await start(0);
      await using second = await start(1);
      await using spinning = await start(2);
      await using killed = await start(3);
      const ended = [first.call("count"), second.call("count"), spinning.call("spin")];
      killed.call("spin").catch(() => {});
      await scrapes(3);
      await killed.terminate();
      seats[3].revoke();
      await killed.stopped;
      await scrapes(6);
      for (const worker of [first, second, spinning]) worker.requestStop();
      await Promise.all(ended);
    }

    const packets = stats.metrics.packets.read();
    await server.until("packets_total", ([total]) => total?.value === packets);
    const [{ value: bytes }] = await server.query("bytes_total");
    assertEquals(bytes, stats.metrics.bytes.read());
    const series = stats.metrics.flow.series();
    assertEquals(series.length, 288);
    for (const field of ["bytes", "packets", "firstSeen", "lastSeen", "flags"] as const) {
      const name = {
        firstSeen: "flow_first_seen",
        lastSeen: "flow_last_seen",
        flags: "flow_flags",
      };
      const samples = await server.query(
        field in name ? name[field as "flags"] : `flow_${field}_total`,
      );
      const theirs = new Map(samples.map(({ labels, value }) => [keyOf(labels), value]));
      const ours = new Map(
        series.map(({ labels, value }) => [keyOf(labels), Number(value[field])]),
      );
      assertEquals(theirs, ours);
    }
    const [{ value: counted }] = await server.query("sum(flow_packets_total)");
    assert(counted > 0 && counted <= packets);
    const dead = stats.metrics.packets.perThread().find(({ thread }) => thread === "worker-4");
    assertGreaterOrEqual(dead!.value, 18_309);

    // Every scrape succeeded; the totals increased from one to the next, and never decreased.
    const [{ value: up }] = await server.query("min_over_time(up[10m])");
    assertEquals(up, 1);
    const [{ value: changes }] = await server.query("changes(packets_total[10m])");
    assertGreaterOrEqual(changes, 4);
    const now = Date.now() / 1000;
    const range = { start: now - 30, end: now, step: 1 };
    for (const name of ["packets", "bytes", "flow_packets", "flow_bytes"]) {
      assertEquals(await server.query(`resets(${name}_total[10m]) > 0`), []);
      const rates = await server.queryRange(`rate(${name}_total[4s])`, range);
      assertEquals(rates.length, name.startsWith("flow") ? 288 : 1);
      assert(rates.every(({ values }) => values.every(([, rate]) => rate >= 0)));
    }
  });
});

describe("a Prometheus server that scrapes exact names", { ignore }, () => {
  it("prometheusHandler() gives it names and labels as they are, or as it can read them", async () => {
    const stats = ThreadStats.create(defineSchema({
      rate: gauge({ name: "job:errors:rate5m", labels: ["Queue"] }),
      done: counter({ name: "Jobs_total", labels: ["queueName"] }),
      requests: counter({ name: "HTTP_requests" }),
      took: histogram({ name: "took.seconds", boundaries: [1], labels: ["http.method"] }),
    }));
    const { rate, done, requests, took } = stats.registerThread("main").metrics;
    rate.labels({ Queue: "a" }).set(1);
    done.labels({ queueName: "b" }).add(2);
    requests.add(3);
    took.labels({ "http.method": "GET" }).record(4);
    await using listener = await listen(prometheusHandler(stats, { selfMetrics: false }));
    await using server = await PrometheusServer.start({
      config: `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ["127.0.0.1:${listener.port}"] }]
`,
    });
    const names = ["job:errors:rate5m", "Jobs_total", "HTTP_requests_total", "took_seconds_sum"];
    await server.until(names[3], ([sample]) => sample?.value === 4);
    const found = await Promise.all(names.map((name) => server.query(name)));
    assertEquals(found.map(([{ labels, value }]) => [keyOf(labels), value]), [
      ['[["Queue","a"]]', 1],
      ['[["queueName","b"]]', 2],
      // The server asks for OpenMetrics, which demands `_total`.
      ["[]", 3],
      ['[["http_method","GET"]]', 4],
    ]);
  });
});

/** The labels that distinguish a series from the other ones of its family. */
function keyOf(labels: Readonly<Record<string, string>>): string {
  const theirs = ["__name__", "instance", "job"];
  return JSON.stringify(Object.entries(labels).filter(([name]) => !theirs.includes(name)).sort());
}

describe("a Prometheus server that scrapes and stores exemplars", { ignore }, () => {
  it("has all exemplars that were given", async () => {
    const stats = ThreadStats.create(defineSchema({
      failures: counter(),
      size: histogram({ unit: "bytes", boundaries: [10, 100] }),
    }));
    const { failures, size } = stats.registerThread().metrics;
    // This server does not undo the escapes in exemplars.
    failures.add(1, { exemplar: { trace_id: "a", text: "} # { ünï 😀" } });
    size.record(50, { exemplar: { trace_id: "b" } });
    await using listener = await listen(prometheusHandler(stats));
    await using server = await PrometheusServer.start({
      config: `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: test
    static_configs: [{ targets: ["127.0.0.1:${listener.port}"] }]
`,
      args: ["--enable-feature=exemplar-storage"],
    });
    await server.until("failures_total", ([total]) => total?.value === 1);
    const found: Record<string, unknown> = {};
    for (const name of ["failures_total", "size_bytes_bucket"]) {
      const url = `${server.url}/api/v1/query_exemplars?query=${name}&start=0&end=1e11`;
      const { data } = await (await fetch(url)).json();
      found[name] = data.map(({ seriesLabels: { le }, exemplars }: {
        seriesLabels: Record<string, string>;
        exemplars: { labels: unknown; value: string }[];
      }) => [le, exemplars.map(({ labels, value }) => [labels, value])]);
    }
    assertEquals(found, {
      failures_total: [[undefined, [[{ trace_id: "a", text: "} # { ünï 😀" }, "1"]]]],
      size_bytes_bucket: [["100.0", [[{ trace_id: "b" }, "50"]]]],
    });
  });
});
