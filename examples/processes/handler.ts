import { prometheusHandler } from "../../src/prometheus/mod.ts";
import type { Stats } from "./metrics.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What answers requests in one process: with the figures of all processes at `/metrics`. */
export function makeHandler(stats: Stats, name: string): (request: Request) => Response {
  const { httpRequests, httpRequestsInFlight, httpRequestDuration } =
    stats.registerThread(name).metrics;
  const scrape = prometheusHandler(stats);
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/metrics") return scrape(request);
    const endDuration = httpRequestDuration.startTimer();
    httpRequestsInFlight.add();
    try {
      const status = pathname === "/" ? 200 : 404;
      httpRequests.labels({
        method: METHODS.has(request.method) ? request.method : "other",
        status: String(status),
      }).add();
      const text = status === 200 ? `Hello from ${name}\n` : "There is nothing here\n";
      return new Response(text, { status });
    } finally {
      httpRequestsInFlight.sub();
      endDuration();
    }
  };
}
