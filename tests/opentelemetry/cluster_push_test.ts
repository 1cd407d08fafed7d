import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import process from "node:process";
import { seriesOf } from "./otlp.ts";
import { startReceiver } from "./receiver.ts";
import { pathOf } from "../examples/cluster/example.ts";

// The example imports its packages with Deno's specifiers.
const ignore = !("Deno" in globalThis);

describe("push.ts", { ignore }, () => {
  it("push.ts pushes the counts of its workers, and the remaining ones at its end", async () => {
    await using receiver = await startReceiver();
    const args = ["--workers", "2", "--requests", "100", "--interval", "1"];
    const child = spawn(
      process.execPath,
      ["run", "-A", "--no-check", "--no-lock", pathOf("push.ts"), ...args],
      {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
      },
    );
    try {
      const status = await new Promise((resolve) => child.on("close", resolve));
      assertEquals(status, 0);
      const last = receiver.at("/v1/metrics").at(-1)!;
      const [{ resource }] = last.resourceMetrics;
      const attributes = Object.fromEntries(
        (resource.attributes ?? []).map(({ key, value }) => [key, value.stringValue]),
      );
      assertEquals(attributes["service.name"], "members");
      assert(String(attributes["service.instance.id"]).endsWith(`:${child.pid}`));

      const series = seriesOf(last);
      const countOf = (key: string) => {
        const point = series.get(key)?.point;
        return Number(point?.asDouble ?? point?.asInt ?? point?.count);
      };
      assertEquals(countOf('http_requests{method="GET",status="200"}'), 140);
      assertEquals(countOf('http_requests{method="POST",status="500"}'), 2);
      assertEquals(countOf("http_request_duration"), 200);
      assertEquals(series.get("http_request_duration")!.metric.unit, "s");
    } finally {
      child.kill("SIGKILL");
    }
  });
});
