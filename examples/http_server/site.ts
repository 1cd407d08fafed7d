import type { SnapshotSource } from "../../src/prometheus/mod.ts";
import type { RequestHead, ResponseParts } from "./messages.ts";

/** What a server serves, whichever runtime listens. */
export interface Site {
  /** What is answered at `/metrics`. */
  readonly stats: SnapshotSource;
  /** Answers all other requests; the body is still coming. */
  answer(head: RequestHead, body: AsyncIterable<Uint8Array> | null): Promise<ResponseParts>;
}

/** What listens. */
export interface Listener {
  readonly port: number;
  /** Accepts nothing more, and waits until what has come is answered: as long as clients take for it. */
  close(): Promise<void>;
  /** Ends the connections for which `close()` still waits; Deno cannot, there they end with the process. */
  cut(): void;
}

/** What a scrape has. */
export const SCRAPE_OPTIONS = { runtimeMetrics: true } as const;

/** Whether a request is one for the figures. */
export function isScrape(url: string): boolean {
  return new URL(url).pathname === "/metrics";
}
