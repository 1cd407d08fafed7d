/**
 * A live page of a program's threads and metrics, under any path of any server of the program's
 * own: which thread is stuck, what rises, how latencies are spread.
 *
 * It opens no port, has no build step, and loads nothing from elsewhere. All that it does is read:
 * no writer is slowed by more than by a snapshot a second, and none is taken while nobody looks.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { dashboardHandler } from "@x/thread-stats/dashboard";
 *
 * const stats = ThreadStats.create(defineSchema({ requests: counter() }));
 * const live = dashboardHandler(stats, { path: "/live" }); // Deno.serve(live)
 *
 * const response = await live(new Request("http://localhost:8000/live/"));
 * assertEquals(response.status, 200);
 * await response.body?.cancel();
 * ```
 *
 * @module
 */
export type {
  NodeHandler,
  NodeRequest,
  NodeResponse,
  NodeResponseStream,
} from "../http/node_types.ts";
export { dashboardHandler } from "./handler.ts";
export { dashboardNodeHandler } from "./node_handler.ts";
export type { DashboardOptions, DashboardSource } from "./options.ts";
