/**
 * What the updates of all implementations get, beside increments.
 *
 * @module
 */

import { increments } from "./loop.ts";

/** The numbers of the changes of records. */
export const records = { bytes: increments.whole, times: increments.fractional };

/** The number of changes in a burst. */
export const burst = 32;

/**
 * The routes of a server: text that was made at run time and is kept, as in a table of routes. With
 * 8 pairs of a method and a status each they make 1,024 series.
 */
export const routes: readonly string[] = Array.from(
  { length: 128 },
  (_, n) => ["", "api", "items", n].join("/"),
);
