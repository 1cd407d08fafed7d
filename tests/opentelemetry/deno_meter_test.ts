import { assertEquals, assertExists } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Series, seriesOf, valueOf } from "./otlp.ts";
import { startReceiver } from "./receiver.ts";

const isDeno = "Deno" in globalThis;

describe("observe() with Deno's built-in meter", () => {
  it("reports the library's totals through Deno's exporter, until it is disposed", {
    ignore: !isDeno,
  }, async () => {
    await using receiver = await startReceiver();
    const program = fileURLToPath(
      new URL("./programs/deno_meter.ts", import.meta.url),
    );
    const child = spawn(process.execPath, [
      "run",
      "-A",
      "--no-check",
      "--no-lock",
      program,
    ], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...process.env,
        OTEL_DENO: "true",
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_METRIC_EXPORT_INTERVAL: "50",
        OTEL_SERVICE_NAME: "shop",
        OTEL_DENO_CONSOLE: "ignore",
      },
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    const lines = createInterface({ input: child.stdout })
      [Symbol.asyncIterator]();
    const expected: Record<string, number> = JSON.parse(
      (await lines.next()).value ?? "",
    );
    const names = Object.keys(expected);
    const isTold = (series: ReadonlyMap<string, Series>) =>
      names.every((key) => {
        const found = series.get(key);
        return found !== undefined && valueOf(found.point) === expected[key];
      });
    const told: ReadonlyMap<string, Series>[] = [];
    await receiver.until("/v1/metrics", (requests) => {
      told.push(...requests.map((request) => seriesOf(request)).filter(isTold));
      return told.length > 0;
    });
    const [series] = told;
    assertEquals(series.get("latency.sum")!.metric.unit, "s");
    assertEquals(series.get("latency.sum")!.points.isMonotonic, true);
    assertEquals(series.get("queue_depth")!.points.isMonotonic ?? false, false);
    assertExists(series.get("queue_depth")!.metric.sum);
    assertExists(series.get('flow.last_seen{protocol="tcp"}')!.metric.gauge);
    child.stdin.end();
    await exited;
    assertEquals(child.exitCode, 0);
  });
});
