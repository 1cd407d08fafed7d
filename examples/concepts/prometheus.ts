/** A handler for Prometheus, under any path of any server. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { prometheusHandler } from "@x/thread-stats/prometheus";

const schema = defineSchema({ requests: counter({ help: "Requests", labels: ["method"] }) });
const stats = ThreadStats.create(schema);
stats.registerThread("main").metrics.requests.labels({ method: "GET" }).add(3);

const handler = prometheusHandler(stats); // Deno.serve(handler), Bun.serve({ fetch: handler })
const response = handler(new Request("http://localhost/metrics"));
const lines = (await response.text()).split("\n");
console.log(lines.find((line) => line.startsWith("requests_total"))); // requests_total{method="GET"} 3
