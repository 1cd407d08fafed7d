/**
 * What reading one bucket costs at 1, 8 and 64 slots in use, beside the floor (adding up as many private arrays), one cell behind a
 * mutex, a bare shared `Atomics` cell, and the packages that are used today.
 *
 * The floor and the single cells win, and from 8 slots on by a lot: one cell for all threads is read at once. Who writes pays for
 * that, see `threads_bench.ts`.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone(
  "counter read",
  "labelled counter read, by id",
  "labelled counter read, by labels",
  "record read",
);
