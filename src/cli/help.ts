/**
 * The keys, as they are listed.
 *
 * @module
 */
import { type Line, line } from "./paint.ts";
import { pad } from "./width.ts";

/** The last line of the screen: for narrow and for wide terminals. */
export const KEY_LINE: readonly [string, string] = [
  "q quit  p pause  w window  / filter  s sort  t threads  Enter open  ? keys",
  "q quit   p pause   w window   / filter   s sort   t threads   Tab part   ↑↓ row   Enter open   Esc back   ? keys",
];

const KEYS: readonly (readonly [string, string])[] = [
  ["q, Ctrl-C", "quit"],
  ["p, Space", "pause; the stream goes on being read"],
  ["w, 1 2 3 4", "window: the next one; 1 min, 5 min, 15 min, 1 h"],
  ["/ ... Enter", "filter: words, or label:value of series. Esc clears it"],
  ["s, S", "sort by the next column; the other way round"],
  ["Tab", "the other part: metrics, threads"],
  ["Up Down, j k", "a row; PgUp PgDn Home End. While one is chosen the order holds"],
  ["Enter", "open: a metric's threads, series, heat map; a thread's part of each"],
  ["Esc, Left", "back; then no row chosen"],
  ["t", "all threads, or only those that are not moving"],
  ["c", "copy the view as text, where the terminal lets it (OSC 52)"],
  ["?", "this list; any key closes it"],
];

/** The list of keys. */
export function keyLines(): Line[] {
  return [line(), line(["   KEYS", "bold"])].concat(
    KEYS.map(([keys, words]) => line([`   ${pad(keys, 14)}`, "bold"], words)),
  );
}
