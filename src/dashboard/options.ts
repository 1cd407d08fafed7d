/**
 * What a dashboard is made with.
 *
 * @module
 */
import type { Snapshot } from "../snapshots/snapshot.ts";
import type { SnapshotOptions } from "../snapshots/take_snapshot.ts";
import { cannot, got } from "../base/errors.ts";
import { type OptionNames, takeOptions } from "../base/options.ts";
import type { MetricDefinition } from "../schema/definitions.ts";
import { WINDOWS } from "./shared/ring.ts";

/** Where a dashboard gets its snapshots from: a {@linkcode ThreadStats}, or a view of one. */
export interface DashboardSource {
  /** Takes a snapshot. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/** Options of {@linkcode dashboardHandler}. */
export interface DashboardOptions {
  /**
   * The longest time that the page can look back, in seconds: 60, 300, 900 or 3600. Memory is
   * bounded by this.
   *
   * @default {3600}
   */
  window?: number;
  /**
   * Milliseconds between two samples, 100 to 5000.
   *
   * @default {1000}
   */
  intervalMs?: number;
  /**
   * The path that the page is mounted under, such as `"/live"`; other paths get 404. Without it
   * every path is the page's, and what belongs to the page is found by the end of its path, so that
   * a router may strip what comes before.
   */
  path?: string;
  /**
   * What the page is called.
   *
   * @default {"thread-stats"}
   */
  title?: string;
  /**
   * Decides who may read, for each request, before everything else. `false` is answered with 403; a
   * `Response` (such as a 401 that asks for a password, or a redirect to a login) is answered as it
   * is. An error that it throws is answered with 403, too.
   *
   * @default {() => true}
   */
  authorize?: (request: Request) => boolean | Response | Promise<boolean | Response>;
  /**
   * Names of hosts that requests may be for, besides those of this machine (`localhost`,
   * `127.0.0.1`, `[::1]`), without ports. A web page that a user visits can give its own name the
   * address of this machine; it cannot read the figures as long as that name is not one of these.
   * `"any"` leaves that to `authorize`.
   *
   * @default {[]}
   */
  hosts?: readonly string[] | "any";
  /**
   * Names of gauges that are above 0 for a thread while it has something to do. A thread that is
   * silent meanwhile is stuck.
   *
   * @default all gauges whose names contain `progress` or `busy`
   */
  busyWhen?: string | readonly string[];
  /**
   * The most pages that may look at a time; others get 503.
   *
   * @default {32}
   */
  maxViewers?: number;
  /**
   * The text of uPlot's script, `uplot/dist/uPlot.iife.min.js`, which draws the page's charts. A
   * program that was bundled into one file has no packages beside it, so it brings the text along.
   *
   * @default the file of the installed package
   */
  uplot?: string;
}

const DASHBOARD_OPTIONS: OptionNames<DashboardOptions> = {
  window: true,
  intervalMs: true,
  path: true,
  title: true,
  authorize: true,
  hosts: true,
  busyWhen: true,
  maxViewers: true,
  uplot: true,
};

/** Options that were checked. */
export interface CheckedOptions {
  readonly windows: readonly number[];
  readonly every: number;
  readonly path: string | undefined;
  readonly title: string;
  readonly authorize: NonNullable<DashboardOptions["authorize"]>;
  readonly hosts: readonly string[] | "any";
  /** Whether a metric is a gauge that tells that a thread has something to do. */
  readonly isBusy: (name: string, definition: MetricDefinition) => boolean;
  readonly maxViewers: number;
  readonly uplot: string | undefined;
}

/**
 * Checks the arguments of a handler.
 *
 * @throws {TypeError} When one is unknown or has the wrong shape.
 * @throws {RangeError} When one is out of range.
 */
export function checkOptions(
  action: string,
  stats: DashboardSource,
  options: DashboardOptions,
): CheckedOptions {
  if (typeof stats?.snapshot !== "function") {
    throw new TypeError(cannot(action, "it needs a ThreadStats or a view of one", stats));
  }
  const {
    window = 3600,
    intervalMs = 1000,
    path,
    title = "thread-stats",
    authorize = () => true,
    hosts = [],
    busyWhen,
    maxViewers = 32,
    uplot,
  } = takeOptions(action, options, DASHBOARD_OPTIONS);
  assertNumber(action, { window, intervalMs, maxViewers });
  if (!WINDOWS.includes(window)) {
    throw new RangeError(cannot(action, "window must be 60, 300, 900 or 3600 seconds", window));
  }
  if (!(intervalMs >= 100 && intervalMs <= 5000)) {
    throw new RangeError(cannot(action, "intervalMs must be from 100 to 5000", intervalMs));
  }
  if (!Number.isInteger(maxViewers) || maxViewers < 1) {
    throw new RangeError(cannot(action, "maxViewers must be a positive integer", maxViewers));
  }
  if (typeof title !== "string") {
    throw new TypeError(cannot(action, "the title must be a string", title));
  }
  if (uplot !== undefined && (typeof uplot !== "string" || !uplot.includes("uPlot"))) {
    throw new TypeError(cannot(action, "uplot must be the text of uPlot's script", uplot));
  }
  if (typeof authorize !== "function") {
    throw new TypeError(cannot(action, "authorize must be a function", authorize));
  }
  return {
    windows: WINDOWS.filter((seconds) => seconds <= window),
    every: intervalMs,
    path: checkPath(action, path),
    title,
    authorize,
    hosts: checkHosts(action, hosts),
    isBusy: checkBusy(action, busyWhen, stats),
    maxViewers,
    uplot,
  };
}

function assertNumber(action: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, `${name} must be a number`, value));
    }
  }
}

/** Without a slash at its end; `undefined` if every path is the page's. */
function checkPath(action: string, path: unknown): string | undefined {
  if (path === undefined) return undefined;
  if (typeof path !== "string") throw new TypeError(cannot(action, "path must be a string", path));
  if (!/^\/[^?#\s]*$/.test(path) || path.startsWith("//")) {
    throw new RangeError(
      cannot(action, "path must begin with one slash and have no query", path),
    );
  }
  return path.replace(/\/+$/, "");
}

function checkHosts(action: string, hosts: unknown): readonly string[] | "any" {
  if (hosts === "any") return hosts;
  if (!Array.isArray(hosts) || hosts.some((host) => typeof host !== "string")) {
    throw new TypeError(cannot(action, 'hosts must be an array of names, or "any"', hosts));
  }
  for (const host of hosts) {
    if (!/^([a-z0-9_.-]+|\[[0-9a-f:.]+\])$/i.test(host)) {
      throw new RangeError(cannot(action, "hosts must be names without scheme and port", host));
    }
  }
  return hosts.map((host) => host.toLowerCase());
}

/** Which gauges tell that a thread has something to do: by default also those that come later. */
function checkBusy(
  action: string,
  busyWhen: unknown,
  stats: DashboardSource,
): CheckedOptions["isBusy"] {
  // A source that has no snapshots is refused here, and not by the first request.
  const { metrics } = stats.snapshot();
  if (busyWhen === undefined) {
    return (name, { kind }) => kind === "gauge" && /progress|busy/i.test(name);
  }
  const names: unknown = typeof busyWhen === "string" ? [busyWhen] : busyWhen;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string")) {
    throw new TypeError(cannot(action, "busyWhen must be names of gauges", busyWhen));
  }
  for (const name of names) {
    if (!Object.hasOwn(metrics, name) || metrics[name].definition.kind !== "gauge") {
      throw new RangeError(cannot(action, "busyWhen must name gauges of the schema", got(name)));
    }
  }
  const chosen = new Set(names);
  return (name) => chosen.has(name);
}
