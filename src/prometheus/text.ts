/**
 * Renders a snapshot as text for Prometheus.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import type { OptionNames } from "../base/options.ts";
import { familiesIn } from "../export/families.ts";
import { type EscapingScheme, isEscapingScheme } from "../schema/escaping.ts";
import { asSnapshot } from "../snapshots/as_snapshot.ts";
import { type Row, type SnapshotData, threadPartsOf } from "../snapshots/snapshot_data.ts";
import { checkOptions, PROMETHEUS_OPTIONS, type PrometheusOptions } from "./prometheus_options.ts";
import { END, render, type TextFormat } from "./render.ts";
import { previousLagFamily, runtimeFamilies } from "./runtime_families.ts";
import { withoutNamesOf } from "./selected_families.ts";

/** Options of {@linkcode prometheusText}. */
export interface PrometheusTextOptions extends PrometheusOptions {
  /**
   * The format: `"text"` is the Prometheus text format, version 0.0.4; `"openmetrics"` is
   * OpenMetrics 1.0, which also has units and `_created`.
   *
   * @default {"text"}
   */
  format?: TextFormat;
  /**
   * How names are written that Prometheus takes only in quotes, such as the exact name
   * `http.requests`: `"underscores"`, `"dots"` and `"values"` replace them by others, and
   * `"allow-utf-8"` writes them in quotes, which Prometheus reads from version 3 on. The handler
   * takes the scheme from each request.
   *
   * @default {"underscores"}
   */
  escaping?: EscapingScheme;
}

const TEXT_OPTIONS: OptionNames<PrometheusTextOptions> = {
  ...PROMETHEUS_OPTIONS,
  format: true,
  escaping: true,
};

/**
 * Renders all metrics of a snapshot as one text for Prometheus. For many series,
 * {@linkcode prometheusHandler} is better: it sends the text while it is made.
 *
 * Everything that a handler exports can be in the text, by the same options. Two of them are about
 * earlier texts. `_created` is the start of the statistics for all series, as a single snapshot
 * does not say which of them are younger, unless `startTimes` has seen earlier ones. And with
 * `runtimeMetrics` the lag of the event loop is that after the text before.
 *
 * Cost: about 0.3 µs for each line.
 *
 * @param snapshot The snapshot, or the data of one that came by message.
 * @param options What to export, and in which format.
 * @returns The text.
 * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
 * @throws {RangeError} If bounds in `boundaries` are not finite, negative, or not ascending.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { prometheusText } from "@x/thread-stats/prometheus";
 *
 * const schema = defineSchema({ jobs: counter({ help: "Jobs done", labels: ["queue"] }) });
 * const stats = ThreadStats.create(schema);
 * stats.registerThread("main").metrics.jobs.labels({ queue: "mail" }).add(2);
 * const text = prometheusText(stats.snapshot());
 * assertStringIncludes(text, "# HELP jobs_total Jobs done\n# TYPE jobs_total counter\n");
 * assertStringIncludes(text, 'jobs_total{queue="mail"} 2\n');
 * ```
 */
export function prometheusText(
  snapshot: SnapshotData,
  options: PrometheusTextOptions = {},
): string {
  const action = "render the snapshot";
  const data = asSnapshot(action, snapshot);
  const checked = checkOptions(action, options, { known: TEXT_OPTIONS, snapshot: data });
  if (checked.perThread && !hasThreads(data)) {
    throw new TypeError(
      cannot(action, "perThread needs a snapshot with perThread", got("one without")),
    );
  }
  const { format = "text", escaping = "underscores" } = checked;
  if (format !== "text" && format !== "openmetrics") {
    throw new TypeError(cannot(action, 'format must be "text" or "openmetrics"', format));
  }
  if (!isEscapingScheme(escaping)) {
    const required = 'escaping must be "underscores", "dots", "values" or "allow-utf-8"';
    throw new TypeError(cannot(action, required, escaping));
  }
  const { starts, isWanted } = checked;
  starts.observe(data);
  const renderOptions = { ...checked, format, escaping, startsIn: starts.inMetric.bind(starts) };
  const families = [...familiesIn(data, checked)];
  const runtime = checked.runtimeMetrics ? [...runtimeFamilies(), ...previousLagFamily()] : [];
  const all = [...families, ...withoutNamesOf(families, runtime)].filter(isWanted);
  const decoder = new TextDecoder();
  let text = "";
  for (const chunk of render(all, renderOptions)) {
    // A chunk ends at the end of a line, so no character is split.
    text += decoder.decode(chunk);
  }
  return format === "openmetrics" ? text + END : text;
}

/** Whether a snapshot was taken with `perThread`. */
function hasThreads({ metrics }: SnapshotData): boolean {
  return Object.values(metrics).every(({ series }) =>
    (series as readonly Row[]).every((row) => threadPartsOf(row) !== undefined)
  );
}
