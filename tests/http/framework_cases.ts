import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { it } from "@std/testing/bdd";
import { counter, defineSchema, type Snapshot, ThreadStats } from "../../mod.ts";
import { dashboardNodeHandler } from "../../src/dashboard/mod.ts";
import type { NodeHandler } from "../../src/http/node_types.ts";
import { prometheusNodeHandler } from "../../src/prometheus/mod.ts";
import type { Listener } from "../support/listen.ts";
import { loggedErrors } from "../support/logged.ts";
import { stall } from "../support/raw_client.ts";
import { until } from "../support/until.ts";
import { keeping } from "../support/keeping.ts";

/**
 * A program of a framework: it sets `Vary: Origin` and `X-One: 1` for all, and has `metrics` at
 * `/metrics` and in a router at `/api/metrics`, `live` under `/live`, `broken` at `/broken`.
 */
export type StartProgram = (
  handlers: Readonly<Record<"metrics" | "live" | "broken", NodeHandler>>,
) => Promise<Listener>;

const schema = defineSchema({
  jobs: counter({ labels: ["queue"], maxSeries: 20_000 }),
});

/** What must hold of the handlers in each framework. */
export function frameworkCases(start: StartProgram): void {
  const stats = ThreadStats.create(schema);
  stats.registerThread("main").metrics.jobs.labels({ queue: "mail" }).add(2);
  let snapshots = 0;
  const broken = {
    snapshot() {
      if (snapshots++ > 0) throw new Error("no snapshot");
      return stats.snapshot() as Snapshot;
    },
  };
  const open = () => {
    snapshots = 0;
    return start({
      metrics: prometheusNodeHandler(stats, {
        maxAnswers: 2,
        maxAnswerSeconds: 600,
      }),
      live: dashboardNodeHandler(stats, { path: "/live" }),
      broken: prometheusNodeHandler(broken),
    });
  };

  it("responds at a path and below a router, with the headers of all", () =>
    keeping(async (keep) => {
      const program = keep(await open());
      for (
        const path of [
          "metrics?name[]=jobs_total",
          "api/metrics?name[]=jobs_total",
        ]
      ) {
        const response = await fetch(program.url + path, {
          headers: { accept: "text/plain" },
        });
        assertEquals(
          [response.status, await response.text()],
          [200, '# TYPE jobs_total counter\njobs_total{queue="mail"} 2\n'],
        );
        const { headers } = response;
        assertEquals(
          headers.get("content-type"),
          "text/plain; version=0.0.4; charset=utf-8",
        );
        assertEquals(headers.get("x-one"), "1");
        assertEquals(
          headers.get("vary")?.toLowerCase(),
          "origin, accept, accept-encoding",
        );
      }
      const accept = "application/openmetrics-text;version=1.0.0";
      const open_ = await fetch(`${program.url}metrics`, { headers: { accept } });
      assert((await open_.text()).endsWith("# EOF\n"));
    }));

  it("responds to HEAD, and refuses other methods with Allow", () =>
    keeping(async (keep) => {
      const program = keep(await open());
      const head = await fetch(`${program.url}api/metrics`, { method: "HEAD" });
      assertEquals([head.status, await head.text()], [200, ""]);
      const init = {
        method: "POST",
        body: "x=1",
        headers: { "content-type": "text/plain" },
      };
      const post = await fetch(`${program.url}api/metrics`, init);
      assertEquals([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
      assertStringIncludes(await post.text(), "GET and HEAD");
    }));

  it("answers 500 when the source throws, and goes on", () =>
    keeping(async (keep) => {
      const program = keep(await open());
      const logged = await loggedErrors(async () => {
        for (let n = 0; n < 2; n++) {
          const response = await fetch(`${program.url}broken`);
          assertEquals([response.status, await response.text()], [
            500,
            "The server failed, and its log says why\n",
          ]);
        }
      });
      assertEquals(logged.map(String), [
        "Error: no snapshot",
        "Error: no snapshot",
      ]);
      const response = await fetch(`${program.url}metrics`);
      assertEquals(response.status, 200);
      await response.body?.cancel();
    }));

  it("serves the page under its path", () =>
    keeping(async (keep) => {
      const program = keep(await open());
      const moved = await fetch(`${program.url}live`, { redirect: "manual" });
      assertEquals([moved.status, moved.headers.get("location")], [308, "live/"]);
      await moved.body?.cancel();
      const data = await fetch(
        `${program.url}live/data?view=m&metric=jobs&format=json`,
      );
      assertEquals((await data.json()).series[0].value, 2);
    }));

  it("gives the places of clients that leave to others", () =>
    keeping(async (keep) => {
      // More than what kernels buffer for a connection.
      for (let n = 0; n < 20_000; n++) {
        stats.metrics.jobs.id({ queue: `${n} ${"x".repeat(900)}` });
      }
      const program = keep(await open());
      const ask = async () => {
        const response = await fetch(`${program.url}metrics?name[]=none`);
        await response.text();
        return response.status;
      };
      const stalled = [];
      for (let n = 0; n < 2; n++) {
        stalled.push(await stall(program.port, { path: "/metrics" }));
      }
      await until(async () => await ask() === 503);
      for (const socket of stalled) socket.destroy();
      await until(async () => await ask() === 200);
    }));
}
