import { assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  type SchemaDefinition,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { familiesIn } from "../../src/export/families.ts";
import { instrumentOf } from "../../src/opentelemetry/instruments.ts";

/** The words for UCUM units in the translators of Prometheus and the collector. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ d: "days", h: "hours", min: "minutes", s: "seconds" },
  ...{ ms: "milliseconds", us: "microseconds", ns: "nanoseconds" },
  ...{ By: "bytes", KiBy: "kibibytes", MiBy: "mebibytes", GiBy: "gibibytes", TiBy: "tibibytes" },
  ...{ KBy: "kilobytes", MBy: "megabytes", GBy: "gigabytes", TBy: "terabytes" },
  ...{ m: "meters", V: "volts", A: "amperes", J: "joules", W: "watts", g: "grams" },
  ...{ Cel: "celsius", Hz: "hertz", "1": "", "%": "percent" },
};

/**
 * The name of a metric that a collector writes for Prometheus. Modelled on `metric_namer.go` of
 * https://github.com/prometheus/otlptranslator at 51da773, with suffixes and escaping.
 */
function translated(kind: string, name: string, unit: string): string {
  const tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
  const moveToEnd = (word: string) => [...tokens.filter((token) => token !== word), word];
  const clean = (word: string) => word.replace(/[^a-zA-Z0-9:]+/g, "_").replace(/^_/, "");
  const [main, per = ""] = unit.split("/", 2);
  const words = [clean(WORDS[main] ?? main), per === "s" ? "per_second" : clean(per)];
  tokens.push(...words.filter((word) => word !== "" && !tokens.includes(word)));
  if (kind === "counter") return moveToEnd("total").join("_");
  return (unit === "1" && kind === "gauge" ? moveToEnd("ratio") : tokens).join("_");
}

/** The names of a metric from a collector and from ./prometheus. */
function namesOf(metrics: SchemaDefinition): [collector: string, prometheus: string][] {
  const snapshot = ThreadStats.create(defineSchema(metrics), { maxByteLength: 2 ** 20 }).snapshot();
  return Array.from(familiesIn(snapshot), (family) => {
    const { kind, name, unit } = instrumentOf("test", family);
    return [
      translated(kind, name, unit),
      family.kind === "counter" ? `${family.name}_total` : family.name,
    ];
  });
}

/** Schemas with this name in all kinds that OpenTelemetry distinguishes. */
function schemasOf(name: string, unit: string): SchemaDefinition[] {
  return [
    { [name]: counter({ unit }) },
    { flow: record({ [name]: sum() }, { unit }) },
    { [name]: gauge({ unit }) },
    { [name]: gauge({ unit, aggregate: "max" }) },
    { [name]: histogram({ unit, boundaries: [1] }) },
  ];
}

describe("instrumentOf()", () => {
  it("gives metrics the names of ./prometheus after a collector has written them for Prometheus", () => {
    const units = Object.values(WORDS).filter((word) => word !== "");
    for (const unit of ["", "ratio", "requests", ...units]) {
      const names = ["jobs", "jobsDone", "HTTPJobs", "jobs2", "jobs_total"];
      if (unit !== "") names.push(unit, `jobs_${unit}`);
      const schemas = names.flatMap((name) => schemasOf(name, unit));
      if (unit !== "") schemas.push({ [`jobs_${unit}_total`]: counter({ unit }) });
      for (const metrics of schemas) {
        const [[collector, prometheus]] = namesOf(metrics);
        assertEquals(collector, prometheus, JSON.stringify(metrics));
      }
    }
    // The library's own metrics.
    for (const [collector, prometheus] of namesOf({})) assertEquals(collector, prometheus);
  });

  it("differs if a name contains its unit or total before its end, or a unit is not a word", () => {
    const latest = { aggregate: "latest" } as const;
    const differing: [SchemaDefinition, prometheus: string, collector: string][] = [
      [{ took: counter({ unit: "ms" }) }, "took_ms_total", "took_milliseconds_total"],
      [{ size: gauge({ unit: "By" }) }, "size_By", "size_bytes"],
      [{ load: gauge({ unit: "1", ...latest }) }, "load_1", "load_ratio"],
      [{ load: gauge({ unit: "%" }) }, "load", "load_percent"],
      [{ rate: gauge({ unit: "requests/s" }) }, "rate", "rate_requests_per_second"],
      [
        { secondsWaited: counter({ unit: "seconds" }) },
        ...["seconds_waited_seconds_total", "seconds_waited_total"] as const,
      ],
      [{ totalRequests: counter() }, "total_requests_total", "requests_total"],
      [{ total: counter() }, "total_total", "total"],
      [
        { hitRatioNow: gauge({ unit: "ratio", ...latest }) },
        ...["hit_ratio_now_ratio", "hit_now_ratio"] as const,
      ],
      [
        { rate_cache_hits: gauge({ unit: "cache_hits" }) },
        ...["rate_cache_hits", "rate_cache_hits_cache_hits"] as const,
      ],
      [{ a__b: gauge() }, "a__b", "a_b"],
    ];
    for (const [metrics, prometheus, collector] of differing) {
      assertNotEquals(prometheus, collector);
      assertEquals(namesOf(metrics)[0], [collector, prometheus]);
    }
    // The parts of a histogram that a meter gets.
    assertEquals(translated("counter", "latency.count", ""), "latency_count_total");
    assertEquals(translated("counter", "latency.sum", "s"), "latency_sum_seconds_total");
  });
});
