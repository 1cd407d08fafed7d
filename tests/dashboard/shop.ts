/**
 * A small program under the live page: its schema, and its server in each runtime.
 *
 * @module
 */
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  type ThreadStats,
} from "../../mod.ts";
import { dashboardHandler, type DashboardOptions } from "../../src/dashboard/mod.ts";
import { listen, type Listener } from "../support/listen.ts";

/** The metrics. */
export const shopSchema = defineSchema({
  jobs: counter({ help: "Jobs done" }),
  requests: counter({
    help: "Requests served",
    labels: ["method", "status"],
    maxSeries: 10_000,
  }),
  inProgress: gauge({ help: "Requests in progress" }),
  latency: histogram({
    help: "Request latency",
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
  }),
  size: histogram({
    help: "Body size",
    unit: "bytes",
    boundaries: [100, 1000, 10_000],
  }),
  flow: record(
    { bytes: sum("u64"), packets: sum(), lastSeen: max() },
    { help: "Traffic", labels: ["source"] },
  ),
});

/** The shop's statistics. */
export type ShopStats = ThreadStats<(typeof shopSchema)["metrics"]>;

/** Serves the page under `/live` with what the runtime has for it. Its end cuts all connections. */
export async function serveLive(
  stats: ShopStats | ThreadStats<never>,
  options: DashboardOptions = {},
  port = 0,
): Promise<Listener> {
  const handler = dashboardHandler(stats as ShopStats, {
    path: "/live",
    title: "shop",
    ...options,
  });
  const listener = await listen(handler, { port });
  return { ...listener, url: `${listener.url}live/` };
}
