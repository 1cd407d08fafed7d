/**
 * What the measurements of the live page share: a program with 10,000 series, and viewers without a
 * browser.
 *
 * @module
 */
import { ThreadStats } from "../../mod.ts";
import type { DashboardSource } from "../../src/dashboard/mod.ts";
import { Sampler } from "../../src/dashboard/sampler.ts";
import { WINDOWS } from "../../src/dashboard/shared/ring.ts";
import { Streams } from "../../src/dashboard/streams.ts";
import { sceneSchema } from "./scenes.ts";

/** Counts in 4,400 of 10,000 series each second, and costs next to nothing itself. */
export function startLight(): {
  stats: ReturnType<typeof ThreadStats.create>;
  stop(): void;
} {
  const stats = ThreadStats.create(sceneSchema);
  const threads = Array.from(
    { length: 9 },
    (_, n) => stats.registerThread(`worker-${n}`).metrics,
  );
  const series = threads.map(({ requests }) =>
    Array.from({ length: 10_000 }, (_, n) =>
      requests.labels({
        method: ["GET", "POST", "DELETE"][n % 3],
        route: `/api/things/${n % 40}`,
        tenant: `t-${n % 2500}`,
        status: n % 10 ? "200" : "503",
      }))
  );
  let turn = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < 440; n++) {
      series[turn % 9][(turn * 7919 + n * 23) % 10_000].add(1 + n % 5);
    }
    turn++;
  }, 100);
  return { stats: stats as never, stop: () => clearInterval(timer) };
}

/** What a page asks for that shows the 10,000 series. */
export const SERIES = {
  window: 60,
  metric: "requests",
  slot: -1,
  q: "",
  sort: "",
};

/** Streams without the time that samples go on when the last viewer has left. */
export function openStreams(stats: unknown): Streams {
  const options = { every: 1000, windows: WINDOWS, isBusy: () => false };
  const sampler = new Sampler(stats as DashboardSource, options, 0);
  return new Streams(sampler, { run: "", title: "", program: "" });
}

/** Reads a stream until it is cancelled. */
export function readAll(
  stream: ReadableStream<Uint8Array>,
): { cancel(): Promise<void> } {
  const reader = stream.getReader();
  const reading = (async () => {
    while (!(await reader.read()).done);
  })();
  return {
    async cancel() {
      await reader.cancel();
      await reading;
    },
  };
}
