/** Uses each entry point. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { runCli } from "@x/thread-stats/cli";
import { dashboardHandler } from "@x/thread-stats/dashboard";
import { openStats } from "@x/thread-stats/file";
import { ThreadStatsProducer } from "@x/thread-stats/opentelemetry";
import { Registry } from "@x/thread-stats/prom-client";
import { prometheusHandler, prometheusNodeHandler } from "@x/thread-stats/prometheus";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
export const answer: (request: Request) => Response = prometheusHandler(stats);
export const answerNode: (request: IncomingMessage, response: ServerResponse) => unknown =
  prometheusNodeHandler(stats);
export const text: Promise<string> = new Registry().metrics();
export const page: Promise<Response> = dashboardHandler(stats)(new Request("http://a/"));
export const others = [runCli, openStats, new ThreadStatsProducer(stats)];
