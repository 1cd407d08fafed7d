/** What the page and a worker say to each other. @module */
import type { ThreadStatsHandle } from "../../mod.ts";

/** Page to worker: begin; hang for 10 s; stop, and say what was done. */
export type Order =
  | { readonly kind: "start"; readonly handle: ThreadStatsHandle }
  | { readonly kind: "hang" | "stop" };

/** Worker to page, at its end: what it knows of itself, to compare the totals with. */
export interface Report {
  readonly jobs: number;
  readonly tested: number;
}

/** How long a worker hangs. */
export const HANG_MS = 10_000;
