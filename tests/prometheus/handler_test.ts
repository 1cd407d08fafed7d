import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { withClocks } from "../support/clocks.ts";
import { counter, defineSchema, gauge, Snapshot, ThreadStats } from "../../mod.ts";
import {
  prometheusHandler,
  type PrometheusHandlerOptions,
  prometheusText,
  type SnapshotSource,
} from "../../src/prometheus/mod.ts";
import { listen } from "../support/listen.ts";
import { Random } from "../support/random.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { keeping } from "../support/keeping.ts";
import { startWorker } from "../support/worker.ts";
import { openShop } from "./shop.ts";

const url = "http://localhost/metrics";
const openMetrics = { accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1" };

const get = (headers: Record<string, string> = {}, query = "") =>
  new Request(url + query, { headers });

/** The value of a sample without labels. */
function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

describe("prometheusHandler()", () => {
  it("responds in the requested format", async () => {
    const stats = openShop();
    const handler = prometheusHandler(stats);
    const plain = handler(get());
    assertEquals(plain.status, 200);
    assertEquals(plain.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assertEquals(plain.headers.get("content-encoding"), null);
    assertEquals(await plain.text(), prometheusText(stats.snapshot()));
    const open = handler(get(openMetrics));
    assertEquals(
      open.headers.get("content-type"),
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    assertEquals(
      await open.text(),
      prometheusText(stats.snapshot(), { format: "openmetrics" }),
    );
  });

  it("compresses if the client accepts it", async () => {
    const handler = prometheusHandler(openShop());
    const zipped = handler(get({ ...openMetrics, "accept-encoding": "br, gzip;q=0.5" }));
    assertEquals(zipped.headers.get("content-encoding"), "gzip");
    assertEquals(zipped.headers.get("vary"), "accept, accept-encoding");
    const body = zipped.body!.pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(body).text(), await handler(get(openMetrics)).text());
  });

  it("responds to HEAD with the same headers, and refuses other methods", async () => {
    const handler = prometheusHandler(openShop());
    const head = handler(new Request(url, { method: "HEAD", headers: openMetrics }));
    assertEquals([...head.headers], [...handler(get(openMetrics)).headers]);
    assertEquals([head.status, await head.text()], [200, ""]);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const refused = handler(new Request(url, { method }));
      assertEquals([refused.status, refused.headers.get("allow")], [405, "GET, HEAD"]);
      assertMatch(await refused.text(), /GET and HEAD/);
    }
  });

  it("sends the families that name[] selects, by their own name or that of a sample", async () => {
    const handler = prometheusHandler(openShop(), { runtimeMetrics: true });
    const familiesOf = async (...names: string[]) => {
      const query = `?${names.map((name) => `name[]=${name}`).join("&")}`;
      const text = await handler(get({}, query)).text();
      return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    };
    assertEquals(await familiesOf("visits", "flow_last_seen"), ["visits_total", "flow_last_seen"]);
    assertEquals(await familiesOf("visits_total"), ["visits_total"]);
    assertEquals(await familiesOf("latency_seconds_count"), ["latency_seconds"]);
    assertEquals(
      await familiesOf("thread_stats_threads", "process_uptime_seconds"),
      ["thread_stats_threads", "process_uptime_seconds"],
    );
    assertEquals(await familiesOf("nothing", "visit"), []);
    // As Bun does for an invalid Host.
    const odd = { method: "GET", headers: new Headers(), url: "/metrics?name[]=visits#name[]=x" };
    const text = await handler(odd as Request).text();
    assertEquals(text.match(/^# TYPE (\S+)/gm), ["# TYPE visits_total"]);
    const empty = handler(get(openMetrics, "?name[]=nothing"));
    assertEquals(await empty.text(), "# EOF\n");
  });

  it("sends no other families than names selects, whatever the client asks for", async () => {
    const names = ["visits", "flow_last_seen", "process_uptime_seconds"];
    const handler = prometheusHandler(openShop(), { names, runtimeMetrics: true });
    const familiesOf = async (query: string) =>
      [...(await handler(get({}, query)).text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) =>
        name
      );
    const all = ["visits_total", "flow_last_seen", "process_uptime_seconds"];
    assertEquals(await familiesOf(""), all);
    assertEquals(await familiesOf("?name[]=visits_total&name[]=queue_depth"), ["visits_total"]);
  });

  it("includes metrics of the process on request", async () => {
    const stats = ThreadStats.create(
      defineSchema({ process_uptime: gauge({ help: "Mine", unit: "seconds" }) }),
    );
    stats.registerThread("main").metrics.process_uptime.set(42);
    const without = await prometheusHandler(stats)(get()).text();
    assert(!without.includes("process_resident"));
    const text = await prometheusHandler(stats, { runtimeMetrics: true })(get(openMetrics)).text();
    const between = (name: string, low: number, high: number) => {
      const value = valueOf(text, name);
      assert(value >= low && value <= high, `${name} ${value}`);
    };
    between("process_resident_memory_bytes", 1e6, 1e11);
    between("process_heap_bytes", 1e4, 1e11);
    between("process_cpu_seconds_total", 1e-3, 1e6);
    between("process_start_time_seconds", 1.7e9, Date.now() / 1000);
    between("process_event_loop_lag_seconds", 0, 600);
    const [user, system, both] = ["user_", "system_", ""].map((part) =>
      valueOf(text, `process_cpu_${part}seconds_total`)
    );
    assert(Math.abs(user + system - both) < 1e-5);
    // The family of the schema replaces that of the process.
    assertEquals(text.match(/^process_uptime_seconds .*$/gm), ["process_uptime_seconds 42"]);
    assert(text.endsWith("# EOF\n"));
    const start = /^process_start_time_seconds .*$/m;
    const later = await prometheusHandler(stats, { runtimeMetrics: true })(get()).text();
    assertEquals(start.exec(later)![0], start.exec(text)![0]);
  });

  it("leaves out a metric of the process if a metric of the schema has the name of its sample", async () => {
    const stats = ThreadStats.create(defineSchema({ process_cpu_seconds_total: gauge() }));
    const text = await prometheusHandler(stats, { runtimeMetrics: true })(get()).text();
    assertEquals(text.match(/^process_cpu_seconds_total .*$/gm), ["process_cpu_seconds_total 0"]);
    assertEquals(text.match(/process_cpu_user_seconds_total/g)!.length, 3);
  });

  it("reports when each series began", async () => {
    const stats = openShop();
    const before = Date.now() / 1000;
    const handler = prometheusHandler(stats, { boundaries: [1] });
    const made = Date.now() / 1000;
    const createdOf = async (sample: string) => {
      const text = await handler(get(openMetrics)).text();
      const [line] = text.split("\n").filter((line) => line.startsWith(`${sample} `));
      return Number(line.slice(sample.length));
    };
    const { startedAt } = stats.snapshot();
    assertEquals(await createdOf("visits_created"), startedAt / 1000);
    stats.metrics.flow.id({ source: "new" });
    const start = await createdOf('flow_bytes_created{source="new"}');
    assert(start >= before && start <= Date.now() / 1000, `${start}`);
    const looked = Date.now() / 1000;
    stats.metrics.visits.clear();
    const cleared = await createdOf("visits_created");
    assert(cleared >= made && cleared <= looked, `${cleared} ${looked}`);
    assertEquals(await createdOf('flow_bytes_created{source="new"}'), start);
  });

  for (const seconds of [-5, 5, -3600, 3600, -1.6e9, 1.6e9]) {
    it(`reports one start for each series when the wall clock is set by ${seconds} s`, async () => {
      await withClocks(async ({ pass, set }) => {
        const stats = openShop();
        const handler = prometheusHandler(stats);
        const createdOf = async (sample: string) => {
          const text = await handler(get(openMetrics)).text();
          return Number(new RegExp(`^${sample}_created (\\S+)$`, "m").exec(text)?.[1]);
        };
        const start = await createdOf("visits");
        assertEquals(start, stats.snapshot().startedAt / 1000);
        let last = start;
        for (let n = 0; n < 6; n++) {
          pass(10);
          set(n % 2 === 0 ? seconds : -seconds);
          assertEquals(await createdOf("visits"), last);
          stats.metrics.visits.clear();
          pass(10);
          const cleared = await createdOf("visits");
          assert(cleared > last, `${cleared} is not after ${last}`);
          last = cleared;
        }
      });
    });
  }

  it("makes the text while the client reads it, and stops when the client does", async () => {
    const stats = ThreadStats.create(
      defineSchema({ jobs: counter({ labels: ["queue"], maxSeries: 20_000 }) }),
    );
    for (let n = 0; n < 20_000; n++) stats.metrics.jobs.id({ queue: `queue number ${n}` });
    let looks = 0;
    const source: SnapshotSource = {
      snapshot() {
        const snapshot = stats.snapshot();
        const { definition, series } = snapshot.metrics.jobs;
        const watched = new Proxy([...series], {
          get: (rows, key) => {
            if (key === `${Number(String(key))}`) looks++;
            return Reflect.get(rows, key);
          },
        });
        return new Snapshot({ ...snapshot, metrics: { jobs: { definition, series: watched } } });
      },
    };
    const handler = prometheusHandler(source);
    looks = 0;
    const reader = handler(get()).body!.getReader();
    assertEquals(looks, 0);
    const { value } = await reader.read();
    assert(value!.length >= 65_536 && value!.length < 70_000);
    assertLess(looks, 4_000);
    await reader.cancel();
    const atEnd = looks;
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(looks, atEnd);
    const whole = await handler(get()).text();
    assertEquals(whole.match(/^jobs_total\{/gm)!.length, 20_000);
  });

  it("responds whatever the headers and the query contain", async () => {
    const handler = prometheusHandler(openShop());
    const signs = [
      ...';,="\\ */q0.1',
      "text/plain",
      "gzip",
      "application/openmetrics-text",
      "\t",
      "ä",
    ];
    const marks = [..."?&=[]%+;/#", "name[]", "%5B%5D", "%", "%FF", "visits", "requests_total"];
    const some = (random: Random, from: readonly string[]) =>
      Array.from({ length: random.below(40) }, () => random.pick(from)).join("");
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const accept = some(random, signs);
      const query = some(random, marks);
      const response = handler(
        get({ accept, "accept-encoding": some(random, signs) }, `?${query}`),
      );
      assertEquals(response.status, 200, `seed ${seed}`);
      const body = response.headers.get("content-encoding") === "gzip"
        ? response.body!.pipeThrough(new DecompressionStream("gzip"))
        : response.body!;
      await new Response(body).text();
    }
  });

  it("responds to headers and queries of any length, and refuses URLs beyond 65,536 characters", async () => {
    const handler = prometheusHandler(openShop());
    const long = {
      accept: "text/plain,".repeat(200_000),
      "accept-encoding": "gzip;q=0,".repeat(200_000),
    };
    assertEquals(handler(get(long)).status, 200);
    const most = `?${"name[]=visits&".repeat(4_678)}`;
    const text = await handler(get({}, most)).text();
    assertEquals(text.match(/^# TYPE (\S+)/gm), ["# TYPE visits_total"]);
    for (const method of ["GET", "HEAD"]) {
      const request = new Request(`${url}?${"name[]=visits&".repeat(100_000)}`, { method });
      assertEquals(handler(request).status, 414);
    }
  });

  it("refuses requests beyond maxAnswers pending responses, until some have ended", async () => {
    const handler = prometheusHandler(openShop(), { maxAnswers: 3, maxAnswerSeconds: 60 });
    const [first, second, third] = [handler(get()), handler(get(openMetrics)), handler(get())];
    const refused = handler(get());
    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "60"]);
    assertEquals(await refused.text(), "Too many answers are under way, try again later\n");
    // A response to HEAD has no body, so it is never pending.
    assertEquals(handler(new Request(url, { method: "HEAD" })).status, 200);
    assertStringIncludes(await first.text(), "visits_total 3\n");
    const next = handler(get());
    assertEquals(next.status, 200);
    assertEquals(handler(get()).status, 503);
    await second.body!.cancel();
    assertEquals(handler(get()).status, 200);
    assertStringIncludes(await third.text(), "visits_total 3\n");
    assertStringIncludes(await next.text(), "visits_total 3\n");
  });

  it("takes no snapshot for a refused request, and does not count failed ones", async () => {
    const stats = openShop();
    let snapshots = 0;
    let isBroken = false;
    const source: SnapshotSource = {
      snapshot() {
        snapshots++;
        if (isBroken) throw new Error("no snapshot");
        return stats.snapshot();
      },
    };
    const handler = prometheusHandler(source, { maxAnswers: 1 });
    isBroken = true;
    for (let n = 0; n < 3; n++) assertThrows(() => handler(get()), Error, "no snapshot");
    isBroken = false;
    const body = handler(get()).body!;
    const before = snapshots;
    for (let n = 0; n < 3; n++) assertEquals(handler(get()).status, 503);
    assertEquals(snapshots, before);
    await body.cancel();
    assertEquals(handler(get()).status, 200);
  });

  it("ends a response that nobody reads when a new one needs its place", async () => {
    const handler = prometheusHandler(openShop(), { maxAnswers: 2, maxAnswerSeconds: 0.01 });
    const [old, other] = [handler(get()), handler(get())];
    await new Promise((resolve) => setTimeout(resolve, 20));
    const answer = handler(get());
    assertStringIncludes(await answer.text(), "visits_total 3\n");
    await assertRejects(() => old.text());
    assertStringIncludes(await other.text(), "visits_total 3\n");
  });

  it("responds over a real connection whatever the workers do", async () => {
    const schema = defineSchema({ steps: counter({ help: "Steps" }) });
    const stats = ThreadStats.create(schema);
    const script = new URL("./workers/stepping.ts", import.meta.url);
    const seat = stats.reserveThread("dead");
    await keeping(async (keep) => {
      const listener = keep(await listen(prometheusHandler(stats)));
      const scrape = async () => {
        const response = await fetch(`http://127.0.0.1:${listener.port}/metrics`);
        assertEquals(response.status, 200);
        return valueOf(await response.text(), "steps_total");
      };
      const dead = keep(await startWorker(script, seat.handle));
      await dead.call("step", 5);
      await dead.terminate();
      seat.revoke();
      const blocked = keep(await startWorker(script, stats.handle));
      await blocked.call("step", 7);
      blocked.call("block").catch(() => {});
      assertEquals(await scrape(), 12);
      const busy = keep(await startWorker(script, stats.handle));
      busy.call("spin").catch(() => {});
      let last = await scrape();
      for (let rises = 0; rises < 3;) {
        const now = await scrape();
        assert(now >= last);
        if (now > last) rises++;
        last = now;
      }
      await busy[Symbol.asyncDispose]();
      assertEquals(await scrape(), stats.metrics.steps.read());
    });
  });

  it("serves a view of another program's statistics", async () => {
    const view = ThreadStats.inspect(openShop().handle);
    assertStringIncludes(await prometheusHandler(view)(get()).text(), "\nvisits_total 3\n");
  });

  it("takes nothing from a polluted Object.prototype", async () => {
    const handler = prometheusHandler(openShop(), { runtimeMetrics: true, selfMetrics: false });
    const clean = await handler(get({}, "?name[]=visits")).text();
    const evil = { status: 503, start: 1, size: 1, labels: { evil: "1" }, perThread: [], help: 1 };
    const prototype = Object.prototype as Record<string, unknown>;
    let response: Response;
    let text: string;
    try {
      Object.assign(prototype, evil);
      response = handler(get({}, "?name[]=visits"));
      text = await response.text();
    } finally {
      for (const name of Object.keys(evil)) delete prototype[name];
    }
    assertEquals([response.status, text], [200, clean]);
  });

  it("refuses bad input", () => {
    const stats = openShop();
    const what = "Cannot make a handler";
    for (
      const [bad, got] of [[undefined, "undefined"], [null, "null"], [{}, "an object"]] as const
    ) {
      assertRefuses(
        () => prometheusHandler(bad as never),
        TypeError,
        `${what}: the source must be a ThreadStats or a view of one, got ${got}`,
      );
    }
    for (
      const [given, got] of [[undefined, "undefined"], [
        Promise.resolve(),
        "an object of class Promise",
      ]]
    ) {
      assertRefuses(
        () => prometheusHandler({ snapshot: () => given as never }),
        TypeError,
        `${what}: it must come from snapshot(), got ${got}`,
      );
    }
    const cases: [options: unknown, text: string][] = [
      [null, "the options must be an object, got null"],
      [{ runtimeMetrics: 1 }, "runtimeMetrics must be a boolean, got 1"],
      [{ maxAnswers: "1" }, 'maxAnswers must be a number, got "1"'],
      [{ maxAnswerSeconds: null }, "maxAnswerSeconds must be a number, got null"],
      [{ perThread: 1 }, "perThread must be a boolean, got 1"],
      [
        { boundaries: { visits: [1] } },
        'boundaries must be for log-linear histograms, got "visits"',
      ],
    ];
    for (const [options, text] of cases) {
      assertRefuses(
        () => prometheusHandler(stats, options as PrometheusHandlerOptions),
        TypeError,
        `${what}: ${text}`,
      );
    }
    for (const maxAnswers of [0, -1, 1.5, NaN, Infinity]) {
      const text = `${what}: maxAnswers must be an integer from 1, got ${maxAnswers}`;
      assertRefuses(() => prometheusHandler(stats, { maxAnswers }), RangeError, text);
    }
    for (const maxAnswerSeconds of [0, -1, NaN, Infinity]) {
      const text = `${what}: maxAnswerSeconds must be finite and above 0, got ${maxAnswerSeconds}`;
      assertRefuses(() => prometheusHandler(stats, { maxAnswerSeconds }), RangeError, text);
    }
  });
});
