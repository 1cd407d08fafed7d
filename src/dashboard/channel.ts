/**
 * One kind of stream: all pages that ask for the same window, metric and thread get the same
 * messages, which are made once.
 *
 * @module
 */
import type { MetricHistory } from "./metric_history.ts";
import type { Sample, Sampler } from "./sampler.ts";
import { hasSeries, SeriesList, type SeriesQuery } from "./series_list.ts";
import { encodeList } from "./shared/numbers36.ts";
import {
  type DeltaMessage,
  type FullMessage,
  type MetricDelta,
  type MetricInfo,
  type OpenInfo,
  type SelfInfo,
  VERSION,
} from "./shared/protocol.ts";
import { toLine, toPoints } from "./shared/ring.ts";

/** What a page asks for. */
export interface StreamQuery extends SeriesQuery {
  /** Seconds. */
  readonly window: number;
  /** The metric that is shown; `""`: none. */
  readonly metric: string;
  /** The slot that is shown; -1: none. */
  readonly slot: number;
}

/** What all streams say of the program. */
export interface About {
  readonly run: string;
  readonly title: string;
  readonly program: string;
}

/** The messages of one kind of stream. */
export class Channel {
  readonly #sampler: Sampler;
  readonly #query: StreamQuery;
  readonly #about: About;
  /** Made once the open metric is there: it may be defined later. */
  #series: SeriesList | undefined;
  #self: Partial<SelfInfo> = {};
  /** How many metrics the pages know. */
  #known = 0;

  constructor(sampler: Sampler, query: StreamQuery, about: About) {
    this.#sampler = sampler;
    this.#query = query;
    this.#about = about;
  }

  /** Everything, as of a sample. */
  full(sample: Sample): FullMessage {
    const { window } = this.#query;
    const { metrics, threads, every, windows } = this.#sampler;
    const all = [...metrics.values()];
    const open = this.#open;
    if (open !== undefined && hasSeries(open.definition)) {
      this.#series ??= new SeriesList(open, this.#query);
    }
    this.#self = selfOf(sample);
    this.#known = all.length;
    const series = this.#series?.full(sample.n);
    return {
      v: VERSION,
      n: sample.serial,
      tick: sample.n,
      at: sample.at,
      every,
      ...this.#about,
      started: sample.snapshot.startedAt,
      window,
      windows,
      self: selfOf(sample),
      threads: threads.rows,
      work: threads.lines.map(toLine),
      done: encodeList(Array.from(threads.done, (done) => done ?? 0)),
      metrics: all.map((history) => infoOf(history, window)),
      clears: Object.fromEntries(
        all.flatMap(({ name, clears }) => clears.length > 0 ? [[name, clears]] : []),
      ),
      open: this.#openInfo(true),
      ...(series && { series }),
      cut: this.#series?.cut ? { [this.#query.metric]: this.#series.cut } : {},
    };
  }

  /**
   * What is new in a sample, which must follow the one of the message before. `undefined` when that
   * takes a full message.
   */
  delta(sample: Sample): DeltaMessage | undefined {
    const series = this.#series?.step(sample.n);
    const all = [...this.#sampler.metrics.values()];
    // The pages cannot show a metric before they have its definition.
    if (all.length !== this.#known) return undefined;
    if (!sample.isNext || all.some(({ isCleared }) => isCleared)) return undefined;
    const { threads } = this.#sampler;
    const counts = Object.fromEntries(
      all.flatMap(({ name, definition, series }) =>
        hasSeries(definition) ? [[name, series.rows.length]] : []
      ),
    );
    const self = changesOf(this.#self, selfOf(sample));
    this.#self = selfOf(sample);
    return {
      n: sample.serial,
      tick: sample.n,
      at: sample.at,
      ms: Math.round(sample.ms),
      ...(threads.changed.length > 0 && { threads: threads.changed }),
      parts: encodeList(Array.from(threads.steps, (step) => step ?? 0)),
      metrics: Object.fromEntries(
        all.map((history) => [history.name, deltaOf(history, this.#query.window)]),
      ),
      counts,
      ...(Object.keys(self).length > 0 && { self }),
      open: this.#openInfo(false),
      ...(series && { series }),
      ...(this.#series && { cut: this.#series.cut }),
    };
  }

  get #open(): MetricHistory | undefined {
    return this.#sampler.metrics.get(this.#query.metric);
  }

  #openInfo(isFull: boolean): OpenInfo & { b?: string } {
    const { window, slot } = this.#query;
    const { metrics } = this.#sampler;
    const history = this.#open;
    if (history === undefined) {
      if (slot < 0) return {};
      return {
        thread: [...metrics.values()].map((one) => one.workOver(window, slot)),
        seconds: Math.min(window, this.#sampler.watchedSeconds),
      };
    }
    const by = encodeList(history.parts().map((part) => part ?? NaN));
    const { histogram } = history;
    if (histogram === undefined) return { by };
    const over = histogram.over(window);
    const q = over === undefined
      ? []
      : toPoints([...[0.5, 0.9, 0.99, 0.999].map((q) => over.quantile(q)), over.max]);
    return isFull
      ? { by, q, cells: histogram.columns(window).map(encodeBins) }
      : { by, q, b: encodeBins(histogram.grown()) };
  }
}

/** `bin:count` of the bins that are not empty. */
function encodeBins(counts: Float64Array): string {
  const words: string[] = [];
  counts.forEach((count, bin) => {
    if (count > 0) words.push(`${bin.toString(36)}:${count.toString(36)}`);
  });
  return words.join(" ");
}

function infoOf(history: MetricHistory, window: number): MetricInfo {
  const { name, definition, columns, histogram, lines } = history;
  const { kind, help, unit, labels, maxSeries } = definition;
  return {
    ...{ name, kind, help, unit, labels, columns, lines },
    max: maxSeries,
    count: history.series.rows.length,
    ...(definition.kind === "gauge" && { aggregate: definition.aggregate }),
    ...(definition.kind === "histogram" && "relativeError" in definition.bins && {
      error: definition.bins.relativeError,
    }),
    ...(histogram && {
      bounds: histogram.drawn.bounds.map((bound) => Number.isFinite(bound) ? bound : null),
      lowest: histogram.drawn.lowest,
    }),
    totals: history.totals.map(Number),
    points: history.points(window).map(toLine),
  };
}

function deltaOf(history: MetricHistory, window: number): MetricDelta {
  const { definition, latest, histogram } = history;
  switch (definition.kind) {
    case "counter":
      return latest[0] ?? 0;
    case "gauge":
      return toPoints(latest)[0];
    case "histogram":
      return { c: latest[0] ?? 0, q: toPoints(histogram!.latest(window)) };
    case "record":
      return latest;
  }
}

function selfOf({ snapshot: { self } }: Sample): SelfInfo {
  const { arena, maxThreads, overflowed, refusedUpdates, readRetries } = self;
  return {
    used: arena.usedBytes,
    reserved: arena.reservedBytes,
    max: arena.maxBytes,
    maxThreads,
    overflowed: Object.fromEntries(Object.entries(overflowed).filter(([, count]) => count > 0)),
    refused: refusedUpdates,
    retries: readRetries,
  };
}

function changesOf(before: Partial<SelfInfo>, now: SelfInfo): Partial<SelfInfo> {
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) =>
      JSON.stringify(value) !== JSON.stringify(before[name as keyof SelfInfo])
    ),
  );
}
