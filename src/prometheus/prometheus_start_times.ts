/**
 * What several texts know together of the times at which series began.
 *
 * @module
 */
import { harden } from "../base/harden.ts";
import { StartTimes } from "../export/start_times.ts";

let timesIn: (value: unknown) => StartTimes | undefined;

/**
 * Remembers when each series of some statistics was first seen, for the option `startTimes` of
 * {@linkcode prometheusText} and of the handlers.
 *
 * A snapshot does not say which of its series are younger than the statistics. A series that was
 * not in the snapshot before began after that one, so whoever has seen all snapshots knows when.
 * Use one object for all texts of the same statistics in one thread, and render the snapshots in
 * the order in which they were taken.
 *
 * Memory: the latest snapshot, and 16 bytes for each bucket id.
 *
 * @example Texts that say when each series began
 * ```ts
 * import { assert, assertMatch } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { PrometheusStartTimes, prometheusText } from "@x/thread-stats/prometheus";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter({ labels: ["queue"] }) }));
 * const { jobs } = stats.registerThread("main").metrics;
 * const options = { format: "openmetrics", startTimes: new PrometheusStartTimes() } as const;
 * const first = stats.snapshot();
 * prometheusText(first, options);
 *
 * jobs.labels({ queue: "mail" }).add(); // after the first text
 * const text = prometheusText(stats.snapshot(), options);
 * assertMatch(text, /^jobs_created\{queue="mail"\} /m);
 * const [, created] = /^jobs_created\{queue="mail"\} (.*)$/m.exec(text)!;
 * assert(Number(created) * 1000 >= first.startedAt);
 * ```
 */
export class PrometheusStartTimes {
  readonly #times = new StartTimes();

  static {
    timesIn = (value) =>
      typeof value === "object" && value !== null && #times in value ? value.#times : undefined;
  }

  /** Makes an object that has seen no snapshot. */
  constructor() {
    harden(this);
  }
}

/** The times that a {@linkcode PrometheusStartTimes} holds; `undefined` for any other value. */
export function timesOf(value: unknown): StartTimes | undefined {
  return timesIn(value);
}
