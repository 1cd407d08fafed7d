import type { DashboardOptions } from "../../src/dashboard/mod.ts";
import type { SnapshotSource } from "../../src/prometheus/mod.ts";
import type { RequestHead, ResponseParts } from "./messages.ts";

/** What a server serves, whichever runtime listens. */
export interface Site {
  /** What is answered at `/metrics`, and shown at `/live/`. */
  readonly stats: SnapshotSource;
  /** The gauges that are above 0 for a thread that has something to do. */
  readonly busyWhen: readonly string[];
  /** Answers all other requests; the body is still coming. */
  answer(head: RequestHead, body: AsyncIterable<Uint8Array> | null): Promise<ResponseParts>;
}

/** What listens. */
export interface Listener {
  readonly port: number;
  /**
   * Accepts nothing more, and waits until what has come is answered: as long as clients take for it, and live pages
   * take what comes until they are closed.
   */
  close(): Promise<void>;
  /** Ends the connections for which `close()` still waits; Deno cannot, there they end with the process. */
  cut(): void;
}

/** What a scrape has. */
export const SCRAPE_OPTIONS = { runtimeMetrics: true } as const;

/** What the live page has. */
export function liveOptions({ busyWhen }: Site): DashboardOptions {
  return { path: "/live", title: "http_server", busyWhen };
}

/** Whether a request is one for the live page, or for what belongs to it. */
export function isLive(url: string): boolean {
  return /^\/live(\/|$)/.test(new URL(url).pathname);
}

/** Whether a request is one for the figures. */
export function isScrape(url: string): boolean {
  return new URL(url).pathname === "/metrics";
}
