import { prometheusHandler } from "../../src/prometheus/mod.ts";
import { stats, thread } from "./metrics.ts";

const { httpRequests, httpRequestsInFlight, httpRequestDuration } = thread.metrics;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What a scrape has: not the times at which series began, as each thread has seen others. */
export const SCRAPE_OPTIONS = { created: false, runtimeMetrics: true } as const;

const scrape = prometheusHandler(stats, SCRAPE_OPTIONS);

/** Answers a request, with the figures of all threads at `/metrics`. */
export function handler(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/metrics") return scrape(request);
  const { status, text } = answer(request.method, pathname);
  return new Response(text, { status });
}

/** What this server says to a request, which is counted. */
export function answer(method: string, pathname: string): { status: number; text: string } {
  const endDuration = httpRequestDuration.startTimer();
  httpRequestsInFlight.add();
  try {
    const found = pathname === "/"
      ? { status: 200, text: `Hello from ${thread.name}\n` }
      : { status: 404, text: "There is nothing here\n" };
    // Clients can think of any number of methods, and each would be a series of its own.
    httpRequests.labels({
      method: METHODS.has(method) ? method : "other",
      status: String(found.status),
    }).add();
    return found;
  } finally {
    httpRequestsInFlight.sub();
    endDuration();
  }
}
