import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { stats, thread } from "./metrics.ts";

const { httpRequests, httpRequestsInFlight, httpRequestDuration } = thread.metrics;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

// Without the times at which series began: each thread has seen others.
const scrape = prometheusHandler(stats, { created: false, runtimeMetrics: true });

/** Answers a request, and counts it. Any thread has the figures of all. */
export function handler(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/metrics") return scrape(request);
  using _inFlight = httpRequestsInFlight.scope();
  using _duration = httpRequestDuration.time();
  const response = pathname === "/"
    ? new Response(`Hello from ${thread.name}\n`)
    : new Response("There is nothing here\n", { status: 404 });
  // Clients can think of any number of methods, and each would be a series of its own.
  const method = METHODS.has(request.method) ? request.method : "other";
  httpRequests.labels({ method, status: String(response.status) }).add();
  return response;
}
