/**
 * Prometheus' text format and OpenMetrics, as prom-client writes them.
 *
 * @module
 */
import type { Exemplar, Labels, MetricValue } from "./types.ts";

/** How a registry wants its metrics. */
export interface Rendering {
  /** Whether this is OpenMetrics, else Prometheus' format. */
  readonly isOpenMetrics: boolean;
  /** Labels that all series get, unless they have them. */
  readonly defaultLabels: Labels | undefined;
  /** Differs between renderings that write other series names. */
  readonly key: string;
}

/** Makes a rendering. */
export function renderingOf(
  isOpenMetrics: boolean,
  defaultLabels: Labels,
): Rendering {
  const text = formatLabels(defaultLabels).join(",");
  return {
    isOpenMetrics,
    defaultLabels: text === "" ? undefined : defaultLabels,
    key: `${isOpenMetrics}${text}`,
  };
}

/** A number in both formats. */
export function formatValue(value: unknown): string {
  if (typeof value !== "number" || value - value === 0) return `${value}`;
  return Number.isNaN(value) ? "Nan" : value < 0 ? "-Inf" : "+Inf";
}

/** Texts of labels, without those that are in `except`. */
export function formatLabels(labels: Labels, except?: Labels): string[] {
  const texts: string[] = [];
  for (const [name, value] of Object.entries(labels)) {
    if (except === undefined || !Object.hasOwn(except, name)) {
      texts.push(`${name}="${escapeLabel(value)}"`);
    }
  }
  return texts;
}

function escapeLabel(value: unknown): string {
  return typeof value === "string" ? escapeText(value).replaceAll('"', '\\"') : `${value}`;
}

function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

/** The name of a counter's family in OpenMetrics. */
export function familyName(
  name: string,
  type: string,
  { isOpenMetrics }: Rendering,
): string {
  return isOpenMetrics && type === "counter" ? name.replace(/_total$/, "") : name;
}

/** The lines of a family's name, type and help. */
export function headOf(name: string, help: string, type: string): string {
  const escaped = escapeText(name);
  return `# HELP ${escaped} ${escapeText(help)}\n# TYPE ${escaped} ${type}`;
}

/**
 * A sample's line up to its value.
 *
 * @param labels Labels before the default labels.
 * @param shared Labels after them.
 */
export function sampleHead(
  name: string,
  labels: Labels,
  { defaultLabels }: Rendering,
  shared: Labels = {},
): string {
  const all = defaultLabels === undefined ? labels : { ...labels, ...defaultLabels, ...labels };
  const texts = [...formatLabels(all, shared), ...formatLabels(shared)];
  return texts.length === 0 ? `${name} ` : `${name}{${texts.join(",")}} `;
}

/** What follows a value that has an exemplar. */
export function exemplarText(exemplar: Exemplar | null | undefined): string {
  if (exemplar === null || exemplar === undefined) return "";
  const labels = formatLabels(exemplar.labelSet).join(",");
  return ` # {${labels}} ${formatValue(exemplar.value)} ${exemplar.timestamp}`;
}

/** A metric as `get()` gives it, as text. */
export function metricText(
  metric: {
    name: string;
    help: string;
    type: string;
    values?: readonly MetricValue[];
  },
  rendering: Rendering,
): string {
  const { type, help, values } = metric;
  const name = familyName(metric.name, type, rendering);
  const escaped = escapeText(name);
  const isTotal = rendering.isOpenMetrics && type === "counter";
  const lines = [headOf(name, help, type)];
  for (const sample of values ?? []) {
    const { metricName = escaped, labels = {}, value, exemplar } = sample;
    const { sharedLabels } = sample as { sharedLabels?: Labels };
    const head = sampleHead(
      isTotal ? `${metricName}_total` : metricName,
      labels,
      rendering,
      sharedLabels,
    );
    lines.push(
      `${head}${formatValue(value)}${rendering.isOpenMetrics ? exemplarText(exemplar) : ""}`,
    );
  }
  return lines.join("\n");
}

/** The texts of one series, which are made once for each rendering. */
export class SeriesTexts {
  /** The labels as they are exported. */
  readonly labels: Labels;
  #key: string | undefined;
  #heads: readonly string[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  /** The heads of the series' samples, if they were made for this rendering. */
  known({ key }: Rendering): readonly string[] | undefined {
    return this.#key === key ? this.#heads : undefined;
  }

  /** Notes the heads of the series' samples. */
  note({ key }: Rendering, heads: readonly string[]): readonly string[] {
    this.#key = key;
    return this.#heads = heads;
  }
}
