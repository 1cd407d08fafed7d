/**
 * For `deno serve`: each thread joins, registers and counts, and ends as a request tells it to.
 *
 * @module
 */
import process from "node:process";
import { metrics, stats } from "./stats.ts";

metrics.depth.set(1);

export default {
  fetch(request: Request): Response {
    const { pathname } = new URL(request.url);
    metrics.jobs.add();
    if (pathname === "/exit") process.exit(7);
    if (pathname === "/throw") {
      setTimeout(() => {
        throw new Error("one thread ends");
      });
    }
    return Response.json({
      jobs: stats.metrics.jobs.read(),
      depth: stats.metrics.depth.read(),
      states: stats.threads().map(({ state }) => state).sort(),
    });
  },
};
