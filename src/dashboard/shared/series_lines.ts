/**
 * Asks the program for the lines of series: the stream has their values, and the last intervals only
 * of those that somebody looks at.
 *
 * @module
 */
import type { Ask } from "./connection.ts";
import type { SeriesModel } from "./series.ts";

/** Lines are asked for when the rows have stood still for so long. */
const SIGHT_MS = 150;
/** So many at a time. */
const MOST_LINES = 100;

/** Where lines come from, and who waits for them. */
export interface LineSource {
  readonly metric: string;
  series(): SeriesModel | undefined;
  /** Lines have come. */
  loaded(): void;
  /** Address of the page, with a slash at its end; without one the document's own. */
  readonly base?: string;
  readonly headers?: HeadersInit;
  readonly ask?: Ask;
}

/** Asks for the lines of series that have come into sight. */
export function lineLoader(
  { metric, series, loaded, base = "", headers, ask = fetch }: LineSource,
) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = async (wanted: readonly number[]) => {
    const known = series();
    const ids = wanted.filter((id) => known?.line(id) === undefined).slice(0, MOST_LINES);
    if (!known || ids.length === 0) return;
    // Not asked for again while the answer is on its way.
    for (const id of ids) known.setLine(id, []);
    try {
      const query = new URLSearchParams({ m: metric, ids: ids.join(",") });
      const { points } = await (await ask(`${base}points?${query}`, { headers })).json();
      for (const id of ids) if (points[id]) known.setLine(id, points[id]);
      loaded();
    } catch {
      // The connection is lost, and says so elsewhere.
    }
  };
  return {
    inSight(ids: readonly number[]): void {
      clearTimeout(timer);
      timer = setTimeout(() => load(ids), SIGHT_MS);
    },
    ask: (id: number): void => void load([id]),
    stop: (): void => clearTimeout(timer),
  };
}
