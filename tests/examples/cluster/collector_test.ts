import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { textOf } from "./example.ts";

type Settings = Readonly<Record<string, unknown>>;

interface Collector {
  readonly receivers: Readonly<Record<string, Settings>>;
  readonly processors: Readonly<Record<string, Settings>>;
  readonly exporters: Readonly<Record<string, Settings>>;
  readonly service: { readonly pipelines: Readonly<Record<string, Record<string, string[]>>> };
}

/** What the components can be told, from their own documentation; the collector refuses all else. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  otlp: ["protocols"],
  memory_limiter: [
    ...["check_interval", "limit_mib", "spike_limit_mib"],
    ...["limit_percentage", "spike_limit_percentage"],
  ],
  prometheus: [
    ...["endpoint", "const_labels", "namespace", "send_timestamps", "metric_expiration"],
    ...["enable_open_metrics", "resource_to_telemetry_conversion", "translation_strategy"],
  ],
};

// The one runtime that reads YAML by itself. The collector cannot be had where the tests run.
const { Bun: bun } = globalThis as { Bun?: { YAML: { parse(text: string): unknown } } };
const ignore = bun === undefined;

describe("collector.yaml", { ignore }, () => {
  it("collector.yaml has components that exist, and each of them is in the pipeline", async () => {
    const collector = bun!.YAML.parse(await textOf("collector.yaml")) as Collector;
    const kinds = ["receivers", "processors", "exporters"] as const;
    assertEquals(Object.keys(collector), [...kinds, "service"]);
    assertEquals(Object.keys(collector.service.pipelines), ["metrics"]);
    const pipeline = collector.service.pipelines.metrics;
    for (const kind of kinds) {
      assertEquals(pipeline[kind], Object.keys(collector[kind]), kind);
      for (const [name, settings] of Object.entries(collector[kind])) {
        for (const setting of Object.keys(settings)) {
          assert(SETTINGS[name]?.includes(setting), `${name} has no setting ${setting}`);
        }
      }
    }
    assertEquals(pipeline.processors[0], "memory_limiter");
    const { protocols } = collector.receivers.otlp as { protocols: Record<string, Settings> };
    assertEquals(Object.keys(protocols), ["http"]);
    // 4318 is where OTLP exporters push when nobody tells them where.
    assertEquals(protocols.http, { endpoint: "127.0.0.1:4318" });
    assertEquals(collector.exporters.prometheus.endpoint, "127.0.0.1:8889");
  });
});
