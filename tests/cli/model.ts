/**
 * A program as a page tells of it, made up: for tests of what is drawn.
 *
 * @module
 */
import { START, type State } from "../../src/cli/state.ts";
import type { Screen } from "../../src/cli/screen.ts";
import type { Condition, ThreadRow } from "../../src/dashboard/shared/conditions.ts";
import { Model } from "../../src/dashboard/shared/model.ts";
import type { FullMessage, MetricInfo } from "../../src/dashboard/shared/protocol.ts";

/** When all of it is. */
export const NOW = new Date(2026, 0, 1, 21, 4, 36).getTime();

/** A thread. */
export function thread(slot: number, name: string, condition: Condition): ThreadRow {
  const isActive = !["revoked", "retired", "reserved"].includes(condition);
  const last = NOW - (condition === "moving" ? 0 : 3100);
  const busy = condition === "stuck" ? 1 : 0;
  return [slot, name, isActive ? "active" : condition, last, 400, condition, busy, NOW - 42_000];
}

const none = { help: "", unit: "", labels: [], max: 1, count: 1, totals: [] };

/** A counter that has risen to 16. */
export const packets: MetricInfo = {
  ...{ ...none, name: "packets", kind: "counter", columns: [{ name: "value", mode: "sum" }] },
  ...{ totals: [2_080_000], lines: ["rate"] },
  points: [Array.from({ length: 16 }, (_, i) => (i + 1) * 1000)],
};

/** A histogram of seconds with three bins. */
export const latency: MetricInfo = {
  ...{ ...none, name: "latency", kind: "histogram", help: "Request latency", unit: "seconds" },
  ...{ columns: [{ name: "value", mode: "sum" }], totals: [100] },
  ...{ lines: ["rate", "p50", "p90", "p99", "p99.9"], bounds: [0.001, 0.01, null], lowest: 1e-6 },
  points: [[10], [0.000889], [0.00169], [0.00804], [0.0604]],
};

/** A counter with labels. */
export const requests: MetricInfo = {
  ...{ ...none, name: "requests", kind: "counter", labels: ["route", "status"], max: 100 },
  ...{ count: 3, columns: [{ name: "value", mode: "sum" }], totals: [60], lines: ["rate"] },
  points: [[6]],
};

/** A full message. */
export function full(more: Partial<FullMessage> = {}): FullMessage {
  return {
    ...{ v: 1, run: "1", n: 5, tick: 60, at: NOW, every: 1000, started: NOW - 8_040_000 },
    ...{ title: "flows", program: "Deno 2.9.6", window: 60, windows: [60, 300, 900, 3600] },
    self: {
      ...{ used: 43e6, reserved: 67.1e6, max: 1.07e9, maxThreads: 64, overflowed: {} },
      ...{ refused: 0, retries: 119 },
    },
    threads: [thread(0, "main", "moving"), thread(1, "worker-1", "stuck")],
    ...{ work: [[1000, 2000, 4000], [0, 0, 0]], done: "0 0" },
    ...{ metrics: [packets, requests, latency], clears: {}, open: {}, cut: {} },
    ...more,
  };
}

/** A screen that shows it. */
export function screen(
  more: Partial<Omit<Screen, "state">> & { readonly state?: Partial<State> } = {},
): Screen {
  const { state, ...rest } = more;
  return {
    ...{ model: new Model(full()), now: NOW, host: "localhost:8080", width: 80, height: 24 },
    ...{ status: { kind: "live", words: "live" }, held: undefined },
    ...rest,
    state: { ...START, ...state },
  };
}
