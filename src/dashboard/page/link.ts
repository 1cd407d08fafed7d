/**
 * What the page shows, as it stands in the address. Unknown or damaged values fall back to the
 * default, silently.
 *
 * @module
 */
import { WINDOWS } from "../shared/ring.ts";

/** A place in the page: the overview, the threads, or one metric. */
export type View = "" | "threads" | "m";

/** All that a link tells. */
export interface State {
  readonly view: View;
  /** Of `m`. */
  readonly metric: string;
  /** Seconds. */
  readonly window: number;
  readonly q: string;
  /** A column, with `-` for falling. */
  readonly sort: string;
  /** A slot, or the id of a series. */
  readonly at: string;
}

/** The place that a link begins at. */
export const HOME: State = { view: "", metric: "", window: 60, q: "", sort: "", at: "" };

/** Reads an address. */
export function readHash(hash: string): State {
  const [path, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  const [, place = "", name = ""] = path.split("/");
  const params = new URLSearchParams(query);
  const asked = Number(params.get("w"));
  let metric = "";
  try {
    metric = decodeURIComponent(name);
  } catch {
    // A damaged link shows the first metric.
  }
  return {
    view: place === "threads" || place === "m" ? place : "",
    metric,
    window: WINDOWS.includes(asked) ? asked : 60,
    q: params.get("q") ?? "",
    sort: params.get("sort") ?? "",
    at: params.get("at") ?? "",
  };
}

/** Writes an address. */
export function hashOf({ view, metric, window, q, sort, at }: State): string {
  const params = new URLSearchParams(
    Object.entries({ w: window === 60 ? "" : String(window), q, sort, at })
      .filter(([, value]) => value !== ""),
  );
  const place = view === "m" ? metricHref(metric) : `#/${view}`;
  return params.size > 0 ? `${place}?${params}` : place;
}

/** The address of a metric. */
export function metricHref(name: string): string {
  return `#/m/${encodeURIComponent(name)}`;
}
