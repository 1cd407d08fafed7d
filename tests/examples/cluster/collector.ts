import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { boundaries, schema } from "../../../examples/cluster/schema.ts";
import { ThreadStats } from "../../../mod.ts";
import { prometheusText } from "../../../src/prometheus/mod.ts";
import { blocksOf, clusterPage } from "./page.ts";

/** What stands in for a collector: it shows a process that pushed to it as the page says that one does. */
export interface Collector extends AsyncDisposable {
  /** The page's configuration for it, to be put at the end of `prometheus.yml`. */
  scrapeConfig(): Promise<string>;
}

/** The samples of a text with labels as a collector makes them of the process's resource. */
function asPushed(text: string, labels: string): string {
  return text.replaceAll(/^(\w+)(?:\{(.*)\})? (.*)$/gm, (_, name, own, value) => {
    return `${name}{${labels}${own === undefined ? "" : `,${own}`}} ${value}`;
  });
}

/** Starts one with a process of a job. */
export async function startCollector(job: string): Promise<Collector> {
  const stats = ThreadStats.create(schema);
  const { metrics } = stats.registerThread("worker-1");
  const server = createServer((_, response) => {
    // Something happens between two scrapes.
    metrics.httpRequests.labels({ method: "GET", status: "200" }).add();
    metrics.httpRequests.labels({ method: "POST", status: "500" }).add();
    metrics.httpRequestDuration.record(0.02);
    const text = prometheusText(stats.snapshot(), { boundaries });
    const scope = 'otel_scope_name="@x/thread-stats",otel_scope_version="0.1.0"';
    response.end(asPushed(text, `job="${job}",instance="host:1",${scope}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async scrapeConfig() {
      const block = blocksOf(await clusterPage(), "yaml")
        .find((text) => text.includes("job_name: collector"))!;
      const jobs = block.slice("scrape_configs:\n".length);
      return `\n${jobs.replace("127.0.0.1:8889", `127.0.0.1:${port}`)}`;
    },
    [Symbol.asyncDispose]() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
