/**
 * What the event stream says, as types. Text of lists is that of `numbers36.ts`.
 *
 * @module
 */
import type { ThreadRow } from "./conditions.ts";

/** Version of the protocol. */
export const VERSION = 1;

/** A column of a metric's series. */
export interface Column {
  readonly name: string;
  /** `sum`: grows, is sent as increments, has a rate. `value`: is sent when it changes. */
  readonly mode: "sum" | "value";
  /** Of a record's field. */
  readonly op?: string;
}

/** What one metric is and has, in a `full` message. */
export interface MetricInfo {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram" | "record";
  readonly help: string;
  readonly unit: string;
  readonly labels: readonly string[];
  /** The most series that it can have. */
  readonly max: number;
  /** Live series now. */
  readonly count: number;
  /** How a gauge's threads become one. */
  readonly aggregate?: string;
  /** The most by which a quantile differs from the exact one, as a part of it. */
  readonly error?: number;
  /** Upper bounds of a histogram's bins as the page shows them; `null` is infinite. */
  readonly bounds?: readonly (number | null)[];
  /** Below the first bin's lower bound there is nothing to draw. */
  readonly lowest?: number;
  readonly columns: readonly Column[];
  /** Sums since the start or the last clear, in the order of the `sum` columns. */
  readonly totals: readonly number[];
  /** What the lines are called: rates of sums, a gauge's value, a histogram's quantiles. */
  readonly lines: readonly string[];
  /** Values of each line in the steps of the window, oldest first; `null` is a gap. */
  readonly points: readonly (readonly (number | null)[])[];
}

/** The library's own figures. */
export interface SelfInfo {
  readonly used: number;
  readonly reserved: number;
  readonly max: number;
  readonly maxThreads: number;
  readonly overflowed: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly retries: number;
}

/** All series of the metric that the page shows. */
export interface SeriesInfo {
  /** The metric. */
  readonly m: string;
  /** Values of each label. */
  readonly dict: readonly (readonly string[])[];
  /** As ranges. */
  readonly ids: string;
  /** For each label, the index of each series' value; `~`: it has none. */
  readonly labels: readonly string[];
  /** For each column, each series' value; 0 is left out. */
  readonly values: readonly string[];
  /**
   * For each `sum` column, each series' rate, in hundredths per second; what is not known is left
   * out.
   */
  readonly rates: readonly string[];
  /** The series that takes what is beyond the limit; -1 when there is none. */
  readonly overflow: number;
}

/** What there is of the metric or thread that the page shows. */
export interface OpenInfo {
  /** Of a metric: what each thread did in the last interval, by slot. */
  readonly by?: string;
  /** Of a histogram: 60 columns of `bin:count`. */
  readonly cells?: readonly string[];
  /** Of a histogram: p50, p90, p99, p99.9 and max of the whole window. */
  readonly q?: readonly (number | null)[];
  /** Of a thread: what it did in the window, and what all did, for each metric. */
  readonly thread?: readonly (readonly [number, number])[];
  /** Of a thread: the seconds that this covers. */
  readonly seconds?: number;
}

/** The first message, and the one after what no delta can tell. */
export interface FullMessage {
  readonly v: number;
  readonly run: string;
  /** Number of the sample. */
  readonly n: number;
  /** Number of the interval: lines have a value for each. */
  readonly tick: number;
  readonly at: number;
  readonly every: number;
  readonly started: number;
  readonly title: string;
  readonly program: string;
  readonly window: number;
  readonly windows: readonly number[];
  readonly self: SelfInfo;
  readonly threads: readonly ThreadRow[];
  /** Updates per second of each slot in the last minute, by slot. */
  readonly work: readonly (readonly (number | null)[])[];
  /** Updates of each slot since the program began to be watched, by slot. */
  readonly done: string;
  readonly metrics: readonly MetricInfo[];
  readonly clears: Readonly<Record<string, readonly number[]>>;
  readonly open: OpenInfo;
  readonly series?: SeriesInfo;
  /** How many series of the open metric are left out. */
  readonly cut: Readonly<Record<string, number>>;
}

/**
 * What a metric did in an interval: increments of a counter or of a record's sums, a gauge's value,
 * a histogram's count and quantiles.
 */
export type MetricDelta =
  | number
  | null
  | readonly number[]
  | { readonly c: number; readonly q: readonly (number | null)[] };

/** One interval. */
export interface DeltaMessage {
  /** One more than in the message before. */
  readonly n: number;
  readonly tick: number;
  readonly at: number;
  /** How long the interval was, by a clock that is never set. */
  readonly ms: number;
  readonly threads?: readonly ThreadRow[];
  /** Updates by slot. */
  readonly parts: string;
  readonly metrics: Readonly<Record<string, MetricDelta>>;
  readonly counts?: Readonly<Record<string, number>>;
  readonly self?: Partial<SelfInfo>;
  readonly open?: OpenInfo & { readonly b?: string };
  readonly series?: {
    readonly d: readonly string[];
    readonly born?: readonly (readonly [id: number, labels: string])[];
    /** Further values of each label. */
    readonly dict?: readonly (readonly string[])[];
    /** As ranges. */
    readonly gone?: string;
    readonly overflow?: number;
  };
  readonly cut?: number;
}
