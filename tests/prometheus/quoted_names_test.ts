import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { defineSchema, gauge, record, sum, ThreadStats } from "../../mod.ts";
import {
  type EscapingScheme,
  prometheusHandler,
  prometheusText,
  type PrometheusTextOptions,
} from "../../src/prometheus/mod.ts";
import { assertRefuses } from "../metrics/observe.ts";
import { dotted, labels, schema } from "./dotted.ts";

const bare = { selfMetrics: false, created: false } as const;

describe("prometheusText() of names in quotes", () => {
  const write = (options: PrometheusTextOptions) =>
    prometheusText(dotted().snapshot({ perThread: true }), { ...bare, ...options });

  it("writes them as they are with allow-utf-8, that of a metric within the braces", () => {
    assertEquals(
      write({ escaping: "allow-utf-8" }),
      `# HELP "http.requests" All "requests"
# TYPE "http.requests" counter
{"http.requests","http.method"="GET","a:b"="\\"",plain="x"} 1
# HELP "http.took_seconds" Took
# TYPE "http.took_seconds" histogram
{"http.took_seconds_bucket",le="1"} 1
{"http.took_seconds_bucket",le="+Inf"} 1
{"http.took_seconds_sum"} 0.5
{"http.took_seconds_count"} 1
# HELP "9 \\"\\\\\\n花😱" Odd
# TYPE "9 \\"\\\\\\n花😱" gauge
{"9 \\"\\\\\\n花😱"} 2
# HELP "net.io_bytes" Traffic: bytes
# TYPE "net.io_bytes" counter
{"net.io_bytes",id="0"} 3
# HELP "net.io_peak" Traffic: peak
# TYPE "net.io_peak" gauge
{"net.io_peak",id="0"} 4
`,
    );
    assertEquals(
      write({ escaping: "allow-utf-8", format: "openmetrics" }),
      `# TYPE "http.requests" counter
# HELP "http.requests" All \\"requests\\"
{"http.requests_total","http.method"="GET","a:b"="\\"",plain="x"} 1
# TYPE "http.took_seconds" histogram
# UNIT "http.took_seconds" seconds
# HELP "http.took_seconds" Took
{"http.took_seconds_bucket",le="1.0"} 1
{"http.took_seconds_bucket",le="+Inf"} 1
{"http.took_seconds_sum"} 0.5
{"http.took_seconds_count"} 1
# TYPE "9 \\"\\\\\\n花😱" gauge
# HELP "9 \\"\\\\\\n花😱" Odd
{"9 \\"\\\\\\n花😱"} 2
# TYPE "net.io_bytes" counter
# HELP "net.io_bytes" Traffic: bytes
{"net.io_bytes_total",id="0"} 3
# TYPE "net.io_peak" gauge
# HELP "net.io_peak" Traffic: peak
{"net.io_peak",id="0"} 4
# EOF
`,
    );
  });

  it("escapes them with underscores by default", () => {
    assertEquals(
      write({}),
      `# HELP http_requests All "requests"
# TYPE http_requests counter
http_requests{http_method="GET",a_b="\\"",plain="x"} 1
# HELP http_took_seconds Took
# TYPE http_took_seconds histogram
http_took_seconds_bucket{le="1"} 1
http_took_seconds_bucket{le="+Inf"} 1
http_took_seconds_sum 0.5
http_took_seconds_count 1
# HELP _______ Odd
# TYPE _______ gauge
_______ 2
# HELP net_io_bytes Traffic: bytes
# TYPE net_io_bytes counter
net_io_bytes{id="0"} 3
# HELP net_io_peak Traffic: peak
# TYPE net_io_peak gauge
net_io_peak{id="0"} 4
`,
    );
    assertEquals(write({ escaping: "underscores" }), write({}));
  });

  it("escapes them by the other schemes", () => {
    const [dots, values] = ["dots", "values"].map((escaping) =>
      write({ escaping: escaping as EscapingScheme, format: "openmetrics" })
    );
    for (
      const line of [
        'http_dot_requests_total{http_dot_method="GET",a__b="\\"",plain="x"} 1',
        "# UNIT http_dot_took__seconds seconds",
        'http_dot_took__seconds_bucket{le="1.0"} 1',
        'net_dot_io__bytes_total{id="0"} 3',
      ]
    ) assertStringIncludes(dots, `\n${line}\n`);
    for (
      const line of [
        'U__http_2e_requests_total{U__http_2e_method="GET",U__a_3a_b="\\"",plain="x"} 1',
        "# UNIT U__http_2e_took__seconds seconds",
        "U___39__20__22__5c__a__82b1__1f631_ 2",
      ]
    ) assertStringIncludes(values, `\n${line}\n`);
  });

  it("writes no unit that the escaped name does not end with", () => {
    const stats = ThreadStats.create(defineSchema({
      hits: gauge({ name: "a.b_cache_hits", unit: "cache_hits" }),
    }));
    const unitOf = (escaping: EscapingScheme) =>
      /^# UNIT .*$/m.exec(
        prometheusText(stats.snapshot(), { ...bare, format: "openmetrics", escaping }),
      )?.[0];
    assertEquals(unitOf("underscores"), "# UNIT a_b_cache_hits cache_hits");
    assertEquals(unitOf("allow-utf-8"), '# UNIT "a.b_cache_hits" cache_hits');
    assertEquals(unitOf("dots"), undefined);
  });

  it("keeps labels apart from those of exporters in their escaped form", () => {
    const labels = ["thread", "exported.thread", "id", "bucket.id"] as const;
    const stats = ThreadStats.create(defineSchema({
      ids: record({ n: sum() }, { name: "ids", labels }),
    }));
    const { ids } = stats.registerThread("t").metrics;
    ids.labels({ thread: "a", "exported.thread": "b", id: "c", "bucket.id": "d" })
      .update({ n: 1 });
    ids.update(stats.metrics.ids.create(), { n: 2 });
    const snapshot = stats.snapshot({ perThread: true });
    const series = (escaping: EscapingScheme) =>
      prometheusText(snapshot, { ...bare, perThread: true, escaping }).match(/^ids_n.*$/gm);
    assertEquals(series("underscores"), [
      'ids_n{exported_exported_thread="a",exported_thread="b",id="c",bucket_id="d",thread="t",slot="0"} 1',
      'ids_n{bucket_bucket_id="1",thread="t",slot="0"} 2',
    ]);
    assertEquals(series("allow-utf-8"), [
      'ids_n{exported_thread="a","exported.thread"="b",id="c","bucket.id"="d",thread="t",slot="0"} 1',
      'ids_n{bucket_id="1",thread="t",slot="0"} 2',
    ]);
  });

  it("refuses a scheme that is none", () => {
    for (const [escaping, got] of [["utf-8", '"utf-8"'], [null, "null"], [1, "1"]]) {
      assertRefuses(
        () => write({ escaping } as unknown as PrometheusTextOptions),
        TypeError,
        `Cannot render the snapshot: escaping must be "underscores", "dots", "values" or "allow-utf-8", got ${got}`,
      );
    }
  });
});

describe("ThreadStats.inspect(), attach() and extend() of names in quotes", () => {
  it("show the same names to threads without and with the schema", () => {
    const stats = dotted();
    const handle = structuredClone(stats.handle);
    for (const escaping of ["allow-utf-8", "values"] as const) {
      const options = { ...bare, escaping, format: "openmetrics" } as const;
      const expected = prometheusText(stats.snapshot(), options);
      assertEquals(prometheusText(ThreadStats.inspect(handle).snapshot(), options), expected);
      const attached = ThreadStats.attach(schema, handle);
      assertEquals(prometheusText(attached.snapshot(), options), expected);
      assertEquals(attached.metrics.requests.read(labels), 1);
    }
  });

  it("refuse another name", () => {
    const { took, odd, io, requests } = schema.metrics;
    const other = defineSchema({ requests, took, odd, io: record(io.fields, { name: "net.iO" }) });
    const error = assertThrows(() => ThreadStats.attach(other as never, dotted().handle));
    assertStringIncludes(String(error), "the metric io must have the definition");
  });

  it("see names that another thread has taken, in whichever form", () => {
    const stats = dotted();
    const other = ThreadStats.attach(schema, structuredClone(stats.handle));
    other.extend(defineSchema({ load: gauge({ name: "sys.load", labels: ["host.name"] }) }));
    const text = prometheusText(stats.snapshot(), { ...bare, escaping: "allow-utf-8" });
    assertStringIncludes(text, '\n# TYPE "sys.load" gauge\n');
    for (
      const [name, taken] of [
        ["sys_load", "sys_load"],
        ["sys-load", "sys_load"],
        ["SYS.LOAD", "SYS.LOAD"],
        ["U__sys_2e_load", "U__sys_2e_load"],
      ]
    ) {
      const error = assertThrows(
        () => stats.extend(defineSchema({ late: gauge({ name }) })),
        TypeError,
        `the name ${taken} of late in `,
      ) as Error;
      assertStringIncludes(
        error.message,
        'must not be that of load, {"kind":"gauge","name":"sys.load"',
      );
      assertStringIncludes(error.message, `got {"kind":"gauge","name":"${name}"`);
    }
    stats.extend(defineSchema({ load: gauge({ name: "sys.load", labels: ["host.name"] }) }));
  });
});

describe("prometheusHandler() of names in quotes", () => {
  const stats = dotted();
  const handler = prometheusHandler(stats, bare);
  const get = async (accept: string, query = "") => {
    const response = handler(new Request(`http://localhost/${query}`, { headers: { accept } }));
    return [response.headers.get("content-type"), await response.text()];
  };

  it("writes them by the scheme that the client asks for, and says so", async () => {
    const formats = [
      ["text/plain;version=1.0.0", "text/plain; version=1.0.0; charset=utf-8", "text"],
      ["text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8", "text"],
      [
        "application/openmetrics-text;version=1.0.0",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        "openmetrics",
      ],
    ] as const;
    for (const [accept, type, format] of formats) {
      for (const escaping of ["allow-utf-8", "underscores", "dots", "values"] as const) {
        assertEquals(await get(`${accept};escaping=${escaping};q=0.5,*/*;q=0.1`), [
          `${type}; escaping=${escaping}`,
          prometheusText(stats.snapshot(), { ...bare, format, escaping }),
        ]);
      }
      const [, text] = await get(accept);
      assertEquals(text, prometheusText(stats.snapshot(), { ...bare, format }));
    }
  });

  it("selects families by exact names, and by those that clients see", async () => {
    const families = async (name: string) => {
      const [, text] = await get("*/*", `?name[]=${encodeURIComponent(name)}`);
      return text!.match(/(?<=^# TYPE )\S+/gm);
    };
    for (
      const name of [
        "http.requests",
        "http.requests_total",
        "http_requests",
        "http_requests_total",
        "http_dot_requests",
        "U__http_2e_requests",
      ]
    ) assertEquals(await families(name), ["http_requests"]);
    assertEquals(await families('9 "\\\n花😱'), ["_______"]);
    assertEquals(await families("http"), null);
  });

  it("replaces a metric of the process by one with its name, however that is written", async () => {
    const stats = ThreadStats.create(defineSchema({
      up: gauge({ name: "process.uptime.seconds" }),
    }));
    const handler = prometheusHandler(stats, { ...bare, runtimeMetrics: true });
    const text = await handler(new Request("http://localhost/")).text();
    assertEquals(text.match(/^process_uptime_seconds .*$/gm), ["process_uptime_seconds 0"]);
  });
});
