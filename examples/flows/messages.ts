import type { ThreadStatsHandle } from "../../mod.ts";
import type { Slice } from "./capture/capture_layout.ts";

/** What a worker is started with. */
export interface WorkerStart {
  /** A seat's handle of the statistics. */
  readonly handle: ThreadStatsHandle;
  /** The blocks through which the capture goes. */
  readonly memory: SharedArrayBuffer;
}

/** To a worker: read a slice, or, after the last one, put things away. */
export type Order = { readonly slice: Slice } | "finish";

/** From a worker: a block that is free again, or that all is put away. */
export type Answer = { readonly block: number } | "finished";
