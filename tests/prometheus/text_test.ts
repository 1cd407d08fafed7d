import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import {
  prometheusHandler,
  PrometheusStartTimes,
  prometheusText,
  type PrometheusTextOptions,
} from "../../src/prometheus/mod.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { until } from "../support/until.ts";
import { openShop } from "./shop.ts";

const bare = { selfMetrics: false } as const;

/** The lines that contain a word. */
function linesWith(text: string, word: string): string[] {
  return text.split("\n").filter((line) => line.includes(word));
}

describe("prometheusText()", () => {
  it("writes every kind in the text format 0.0.4", () => {
    const text = prometheusText(openShop().snapshot(), {
      ...bare,
      boundaries: { latency: [0.1, 1, 25] },
    });
    assertEquals(
      text,
      `# HELP visits_total Visits
# TYPE visits_total counter
visits_total 3
# HELP requests_total Paths \\\\ and "words"\\nseen
# TYPE requests_total counter
requests_total{path="C:\\\\a \\"b\\"\\n",status_code="200"} 4
requests_total{path="/ünï/😀",status_code=""} 2
# HELP sent_bytes_total Bytes sent
# TYPE sent_bytes_total counter
sent_bytes_total 2305843009213694000
# HELP queue_depth Jobs waiting
# TYPE queue_depth gauge
queue_depth 4
# HELP coldest Least temperature
# TYPE coldest gauge
coldest{room="a"} -1.5
coldest{room="b"} +Inf
# HELP latency_seconds Time to answer
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} 2
latency_seconds_bucket{le="1"} 6
latency_seconds_bucket{le="25"} 8
latency_seconds_bucket{le="+Inf"} 8
latency_seconds_sum 40.803
latency_seconds_count 8
# HELP size_bytes Sizes
# TYPE size_bytes histogram
size_bytes_bucket{route="/",le="100"} 2
size_bytes_bucket{route="/",le="1000"} 2
size_bytes_bucket{route="/",le="+Inf"} 3
size_bytes_sum{route="/"} 5200
size_bytes_count{route="/"} 3
# HELP flow_bytes_total Traffic: bytes
# TYPE flow_bytes_total counter
flow_bytes_total{source="::1"} 9223372036854775810
# HELP flow_first_seen Traffic: firstSeen
# TYPE flow_first_seen gauge
flow_first_seen{source="::1"} 5
# HELP flow_last_seen Traffic: lastSeen
# TYPE flow_last_seen gauge
flow_last_seen{source="::1"} 6
# HELP flow_flags Traffic: flags
# TYPE flow_flags gauge
flow_flags{source="::1"} 2147483648
# HELP cell_hits_total Cells: hits
# TYPE cell_hits_total counter
cell_hits_total{id="0"} 2
`,
    );
  });

  it("writes units, created timestamps and the last line in OpenMetrics", () => {
    const snapshot = openShop().snapshot();
    const text = prometheusText(snapshot, { ...bare, format: "openmetrics", boundaries: [1] });
    const start = snapshot.startedAt / 1000;
    for (
      const part of [
        `# TYPE requests counter\n# HELP requests Paths \\\\ and \\"words\\"\\nseen\n`,
        `requests_total{path="/ünï/😀",status_code=""} 2\nrequests_created{path="/ünï/😀",status_code=""} ${start}\n`,
        `# TYPE sent_bytes counter\n# UNIT sent_bytes bytes\n# HELP sent_bytes Bytes sent\n`,
        `queue_depth 4\n# TYPE coldest`,
        `latency_seconds_bucket{le="1.0"} 6\nlatency_seconds_bucket{le="+Inf"} 8\n`,
        `latency_seconds_count 8\nlatency_seconds_created ${start}\n`,
      ]
    ) assertStringIncludes(text, part);
    assert(text.endsWith(`cell_hits_created{id="0"} ${start}\n# EOF\n`));
    const without = prometheusText(snapshot, { format: "openmetrics", created: false });
    assertEquals(linesWith(without, "_created"), []);
  });

  it("writes a series for each thread, also for threads of the same name", () => {
    const stats = openShop();
    const again = stats.registerThread("two").metrics;
    again.visits.add(10);
    again.latency.record(0.2);
    again.flow.labels({ source: "::1" }).update({ bytes: 1, firstSeen: 4, flags: 1 });
    again.coldest.labels({ room: "b" }).set(3);
    const text = prometheusText(stats.snapshot({ perThread: true }), {
      ...bare,
      perThread: true,
      boundaries: [1],
    });
    for (
      const [word, lines] of Object.entries({
        "visits_total{": [
          'visits_total{thread="one",slot="0"} 1.5',
          'visits_total{thread="two",slot="1"} 1.5',
          'visits_total{thread="two",slot="2"} 10',
        ],
        "coldest{": [
          'coldest{room="a",thread="one",slot="0"} -1.5',
          'coldest{room="a",thread="two",slot="1"} 1e+300',
          'coldest{room="b",thread="two",slot="2"} 3',
        ],
        'latency_seconds_bucket{thread="two",slot="1"': [
          'latency_seconds_bucket{thread="two",slot="1",le="1"} 3',
          'latency_seconds_bucket{thread="two",slot="1",le="+Inf"} 4',
        ],
        "flow_bytes_total{": [
          'flow_bytes_total{source="::1",thread="one",slot="0"} 4611686018427387905',
          'flow_bytes_total{source="::1",thread="two",slot="1"} 4611686018427387905',
          'flow_bytes_total{source="::1",thread="two",slot="2"} 1',
        ],
        'flow_first_seen{source="::1",thread="two",slot="2"}': [
          'flow_first_seen{source="::1",thread="two",slot="2"} 4',
        ],
        "cell_hits_total{": [
          'cell_hits_total{id="0",thread="one",slot="0"} 1',
          'cell_hits_total{id="0",thread="two",slot="1"} 1',
        ],
      })
    ) assertEquals(linesWith(text, word), lines);
  });

  it("has no series that decreases or jumps when a slot goes to a thread of another name", () => {
    const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
    const [first, second] = [stats.registerThread("pool"), stats.registerThread("old")];
    first.metrics.jobs.add(10);
    second.metrics.jobs.add(1000);
    const series = () => {
      const snapshot = stats.snapshot({ perThread: true });
      const lines = linesWith(prometheusText(snapshot, { perThread: true }), "jobs_total{");
      return Object.fromEntries(lines.map((line) => line.split(" ")));
    };
    const before = series();
    second.unregister();
    stats.registerThread("pool").metrics.jobs.add();
    const after = series();
    for (const [name, value] of Object.entries(before)) {
      if (name in after) assertEquals(after[name], value);
    }
    assertEquals(after['jobs_total{thread="pool",slot="1"}'], "1001");
  });

  it("renames labels thread and slot of the metric", () => {
    const schema = defineSchema({
      jobs: counter({ labels: ["thread"] }),
      work: counter({ labels: ["thread", "exportedThread", "slot"] }),
    });
    const stats = ThreadStats.create(schema);
    const { jobs, work } = stats.registerThread("main").metrics;
    jobs.labels({ thread: "theirs" }).add();
    work.labels({ thread: "a", exportedThread: "b", slot: "c" }).add();
    const snapshot = stats.snapshot({ perThread: true });
    const line = (perThread: boolean) =>
      linesWith(prometheusText(snapshot, { perThread }), "jobs_");
    assertEquals(line(true)[1], 'jobs_total{exported_thread="theirs",thread="main",slot="0"} 1');
    assertEquals(line(false)[1], 'jobs_total{thread="theirs"} 1');
    assertEquals(linesWith(prometheusText(snapshot, { perThread: true }), "work_total{"), [
      'work_total{exported_exported_thread="a",exported_thread="b",exported_slot="c",thread="main",slot="0"} 1',
    ]);
  });

  it("collapses log-linear histograms to powers of ten and multiples by default", () => {
    const schema = defineSchema({
      near: histogram({ lowest: 0.002, highest: 0.3 }),
      far: histogram({ lowest: 1e-9, highest: 1e9 }),
      narrow: histogram({ lowest: 3, highest: 4 }),
    });
    const text = prometheusText(ThreadStats.create(schema).snapshot(), bare);
    const bounds = (name: string) =>
      linesWith(text, `${name}_bucket`).map((line) => /le="(.*)"/.exec(line)![1]);
    assertEquals(bounds("near"), [
      ...["0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "+Inf"],
    ]);
    assertEquals(bounds("far").slice(0, 4), ["1e-09", "1e-08", "1e-07", "1e-06"]);
    assertEquals(bounds("far").length, 20);
    assertEquals(bounds("narrow"), ["+Inf"]);
  });

  it("writes bounds as other client libraries do", () => {
    const bounds = [0, 1e-5, 0.00025, 0.1, 1, 250, 999_999, 1e6, 1_234_567.5, 1e10, 1e100];
    const stats = ThreadStats.create(defineSchema({ size: histogram({ boundaries: bounds }) }));
    const of = (options: PrometheusTextOptions) =>
      Array.from(prometheusText(stats.snapshot(), options).matchAll(/le="(.*?)"/g), ([, le]) => le);
    assertEquals(of({}), [
      ...["0", "1e-05", "0.00025", "0.1", "1", "250", "999999", "1e+06", "1.2345675e+06"],
      ...["1e+10", "1e+100", "+Inf"],
    ]);
    assertEquals(of({ format: "openmetrics" }), [
      ...["0.0", "1e-05", "0.00025", "0.1", "1.0", "250.0", "999999.0", "1e+06", "1.2345675e+06"],
      ...["1e+10", "1e+100", "+Inf"],
    ]);
  });

  it("includes the library's own metrics", () => {
    const schema = defineSchema({ jobs: counter({ labels: ["queue"], maxSeries: 1 }) });
    const stats = ThreadStats.create(schema, { maxThreads: 7, maxByteLength: 2 ** 20 });
    const thread = stats.registerThread("main");
    for (const queue of ["a", "b", "c"]) thread.metrics.jobs.labels({ queue }).add();
    const { arena } = stats.snapshot().self;
    thread.unregister();
    const text = prometheusText(stats.snapshot());
    for (
      const line of [
        'jobs_total{otel_metric_overflow="true"} 2',
        "# TYPE thread_stats_threads gauge",
        'thread_stats_threads{state="retired"} 1',
        "thread_stats_threads_limit 7",
        'thread_stats_series{metric="jobs"} 2',
        `thread_stats_arena_used_bytes ${arena.usedBytes}`,
        `thread_stats_arena_reserved_bytes ${arena.reservedBytes}`,
        `thread_stats_arena_limit_bytes ${2 ** 20}`,
        "# TYPE thread_stats_overflowed_updates_total counter",
        'thread_stats_overflowed_updates_total{metric="jobs"} 2',
        "thread_stats_refused_updates_total 0",
        "thread_stats_read_retries_total 0",
      ]
    ) assertStringIncludes(text, `${line}\n`);
  });

  for (const format of ["text", "openmetrics"] as const) {
    it(`has one series for labels that differ only in halves of surrogate pairs (${format})`, () => {
      const labels = ["agent"] as const;
      const stats = ThreadStats.create(defineSchema({
        hits: counter({ labels, help: "Hits \ud83d" }),
        depth: gauge({ labels }),
        took: histogram({ labels, boundaries: [1] }),
        flow: record({ bytes: sum("u64") }, { labels }),
      }));
      const { hits, depth, took, flow } = stats.registerThread("main \ud83d").metrics;
      for (const agent of ["b 1 \ud83d", "b 1 \ud83e", "b 1 \ufffd", "b 1 \ude00"]) {
        hits.labels({ agent }).add();
        depth.labels({ agent }).add();
        took.labels({ agent }).record(1);
        flow.labels({ agent }).update({ bytes: 1 });
        const whole = stats.metrics.hits.read({ agent: "b 1 \ufffd" });
        assertEquals(stats.metrics.hits.read({ agent }), whole);
      }
      const snapshot = stats.snapshot({ perThread: true });
      for (const perThread of [false, true]) {
        const text = prometheusText(snapshot, { ...bare, format, perThread, created: false });
        const values = text.split("\n").filter((line) => /^[a-z_]+\{/.test(line)).map((line) => {
          const [, name, agent, value] = /^([a-z_]+)\{agent="(.*?)".*\} (\S+)$/.exec(line)!;
          return [name, agent, Number(value)];
        });
        assertEquals(
          values,
          [
            "hits_total",
            "depth",
            "took_bucket",
            "took_bucket",
            "took_sum",
            "took_count",
            "flow_bytes_total",
          ]
            .map((name) => [name, "b 1 \ufffd", 4]),
        );
        if (perThread) assertStringIncludes(text, 'thread="main \ufffd",slot="0"');
        assertStringIncludes(
          text,
          format === "text" ? "# HELP hits_total Hits \ufffd\n" : "# HELP hits Hits \ufffd\n",
        );
      }
    });
  }

  it("distinguishes buckets without labels by their id", () => {
    const schema = defineSchema({
      jobs: record({ n: sum() }, { labels: ["queue"] }),
      cell: record({ n: sum(), top: max() }),
      load: gauge(),
      user: record({ n: sum() }, { labels: ["id"] }),
    });
    const stats = ThreadStats.create(schema);
    stats.metrics.user.id({ id: "1" });
    stats.metrics.user.create();
    stats.metrics.jobs.id({ queue: "" });
    stats.metrics.jobs.create();
    stats.metrics.cell.create();
    stats.metrics.cell.create();
    const text = prometheusText(stats.snapshot(), bare);
    const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assertEquals(samples, [
      ...['jobs_n_total{queue=""} 0', 'jobs_n_total{id="1"} 0'],
      ...['cell_n_total{id="0"} 0', 'cell_n_total{id="1"} 0'],
      ...['cell_top{id="0"} -Inf', 'cell_top{id="1"} -Inf'],
      "load 0",
      ...['user_n_total{id="1"} 0', 'user_n_total{bucket_id="1"} 0'],
    ]);
  });

  it("accepts structured clones of snapshots, and differences", () => {
    const stats = openShop();
    const before = stats.snapshot();
    assertEquals(prometheusText(structuredClone(before)), prometheusText(before));
    const text = prometheusText(stats.snapshot().since(before), { ...bare, format: "openmetrics" });
    assertStringIncludes(text, `visits_total 0\nvisits_created ${before.takenAt / 1000}\n`);
    assertStringIncludes(text, "latency_seconds_count 0\n");
  });

  it("leaves out the created timestamp if damaged memory has none", () => {
    const snapshot = openShop().snapshot();
    const text = prometheusText({ ...snapshot, startedAt: NaN }, { format: "openmetrics" });
    assertEquals(linesWith(text, "_created"), []);
  });

  it("has the metrics of the process, but for those whose names the schema has", async () => {
    const schema = defineSchema({ process_uptime: gauge({ help: "Mine", unit: "seconds" }) });
    const snapshot = ThreadStats.create(schema).snapshot();
    const options = { runtimeMetrics: true } as const;
    const handler = prometheusHandler(ThreadStats.create(schema), options);
    prometheusText(snapshot, options);
    // The lag is measured between two texts.
    await until(() => prometheusText(snapshot, options).includes("process_event_loop_lag_seconds"));
    const text = prometheusText(snapshot, options);
    const response = await handler(new Request("http://localhost/metrics")).text();
    const namesIn = (text: string) => text.match(/^# TYPE .*$/gm);
    assertEquals(namesIn(text), namesIn(response));
    assertEquals(linesWith(text, "process_uptime_seconds "), [
      "# HELP process_uptime_seconds Mine",
      "# TYPE process_uptime_seconds gauge",
      "process_uptime_seconds 0",
    ]);
    assertEquals(linesWith(text, "process_resident_memory_bytes ").length, 3);
    assert(!prometheusText(snapshot).includes("process_resident_memory_bytes"));
    const open = prometheusText(snapshot, { ...options, format: "openmetrics" });
    assert(open.endsWith("# EOF\n"));
  });

  it("has the families that names selects, by their own name or that of a sample", () => {
    const snapshot = openShop().snapshot();
    const familiesOf = (...names: string[]) => {
      const text = prometheusText(snapshot, { names, runtimeMetrics: true });
      return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    };
    assertEquals(familiesOf("visits", "flow_last_seen"), ["visits_total", "flow_last_seen"]);
    assertEquals(familiesOf("latency_seconds_count"), ["latency_seconds"]);
    assertEquals(
      familiesOf("process_uptime_seconds", "thread_stats_threads"),
      ["thread_stats_threads", "process_uptime_seconds"],
    );
    assertEquals(familiesOf(), []);
    assertEquals(prometheusText(snapshot, { names: [], format: "openmetrics" }), "# EOF\n");
  });

  it("tells by startTimes when a series began, as a handler does", async () => {
    const stats = openShop();
    const startTimes = new PrometheusStartTimes();
    const options = { format: "openmetrics", startTimes } as const;
    const createdIn = (text: string, sample: string) => {
      const [line] = linesWith(text, `${sample} `);
      return Number(line?.slice(sample.length));
    };
    const handler = prometheusHandler(stats, { startTimes });
    const first = stats.snapshot();
    const start = first.startedAt / 1000;
    assertEquals(createdIn(prometheusText(first, options), "visits_created"), start);
    stats.metrics.flow.id({ source: "new" });
    const text = prometheusText(stats.snapshot(), options);
    assertEquals(createdIn(text, "visits_created"), start);
    const sample = 'flow_bytes_created{source="new"}';
    assertEquals(createdIn(text, sample), first.takenAt / 1000);
    const headers = { accept: "application/openmetrics-text" };
    const response = handler(new Request("http://localhost/metrics", { headers }));
    assertEquals(createdIn(await response.text(), sample), first.takenAt / 1000);
    // A text that knows no other has the start of the statistics.
    const alone = prometheusText(stats.snapshot(), { format: "openmetrics" });
    assertEquals(createdIn(alone, sample), start);
  });

  it("refuses bad input", () => {
    const snapshot = openShop().snapshot();
    const withRow = (row: unknown) => ({
      ...snapshot,
      metrics: { visits: { ...snapshot.metrics.visits, series: [row] } },
    });
    const what = "Cannot render the snapshot";
    const cases: [options: unknown, Class: typeof TypeError | typeof RangeError, text: string][] = [
      [null, TypeError, "the options must be an object, got null"],
      [{ format: "json" }, TypeError, 'format must be "text" or "openmetrics", got "json"'],
      [{ perThread: 1 }, TypeError, "perThread must be a boolean, got 1"],
      [{ created: "no" }, TypeError, 'created must be a boolean, got "no"'],
      [{ selfMetrics: null }, TypeError, "selfMetrics must be a boolean, got null"],
      [{ runtimeMetrics: 0 }, TypeError, "runtimeMetrics must be a boolean, got 0"],
      [{ names: "visits" }, TypeError, 'names must be an array of strings, got "visits"'],
      [{ names: ["visits", 1] }, TypeError, 'names must be an array of strings, got ["visits",1]'],
      [
        { startTimes: Object.create(PrometheusStartTimes.prototype) },
        TypeError,
        "startTimes must be made by new PrometheusStartTimes(), got an object of class PrometheusStartTimes",
      ],
      [
        { startTimes: null },
        TypeError,
        "startTimes must be made by new PrometheusStartTimes(), got null",
      ],
      [{ boundaries: 1 }, TypeError, "boundaries must be an array, or an object of arrays, got 1"],
      [
        { boundaries: new Map([["latency", [1]]]) },
        TypeError,
        "boundaries must be an array, or an object of arrays, got an object of class Map",
      ],
      [{ boundaries: ["1"] }, TypeError, 'boundaries must be an array of numbers, got ["1"]'],
      [
        { boundaries: [2, 1] },
        RangeError,
        "boundaries must be finite, not negative and rising, got [2,1]",
      ],
      [
        { boundaries: [Infinity] },
        RangeError,
        "boundaries must be finite, not negative and rising, got [Infinity]",
      ],
      [
        { boundaries: [-1] },
        RangeError,
        "boundaries must be finite, not negative and rising, got [-1]",
      ],
      [
        { boundaries: { latency: 1 } },
        TypeError,
        "boundaries of latency must be an array of numbers, got 1",
      ],
      ...["size", "visits", "nothing", "toString"].map((name) =>
        [
          { boundaries: { [name]: [1] } },
          TypeError,
          `boundaries must be for log-linear histograms, got "${name}"`,
        ] as [unknown, typeof TypeError, string]
      ),
    ];
    for (const [options, Class, text] of cases) {
      assertRefuses(
        () => prometheusText(snapshot, options as PrometheusTextOptions),
        Class,
        `${what}: ${text}`,
      );
    }
    assertRefuses(
      () => prometheusText(snapshot, { perThread: true }),
      TypeError,
      `${what}: perThread needs a snapshot with perThread, got one without`,
    );
    for (
      const [bad, got] of [
        [undefined, "undefined"],
        [1, "1"],
        [{}, "an object"],
        [{ metrics: null, self: {} }, "an object"],
        [{ ...snapshot, threads: undefined }, "an object"],
        [{ ...snapshot, metrics: { a: null } }, "an object"],
        [{ ...snapshot, metrics: { a: { series: [] } } }, "an object"],
        [withRow(null), "an object"],
        [withRow({ id: 0, value: 1 }), "an object"],
        [withRow({ labels: {}, value: 1 }), "an object"],
        [withRow({ id: 0, labels: {} }), "an object"],
        [new Int32Array(2 ** 26), "an object of class Int32Array"],
      ]
    ) {
      assertRefuses(
        () => prometheusText(bad as never),
        TypeError,
        `${what}: it must come from snapshot(), got ${got}`,
      );
    }
  });
});
