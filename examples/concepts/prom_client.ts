/** prom-client's API. All threads of the program count in the same metrics. */
import { Counter, register } from "@x/thread-stats/prom-client";

const requests = new Counter({
  name: "http_requests_total",
  help: "Requests served",
  labelNames: ["method"],
});
requests.inc({ method: "GET" }, 3);

const lines = (await register.metrics()).split("\n");
console.log(lines.find((line) => line.startsWith("http_"))); // http_requests_total{method="GET"} 3
