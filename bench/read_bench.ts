/**
 * The cost of reading one bucket, and of a snapshot of all, by the number of slots and buckets in
 * use. The baseline adds up as many private arrays. Beside it stand one set of cells behind a
 * mutex, shared `Atomics` cells, and the packages that are used today.
 *
 * The baseline wins a snapshot: it has no epochs to compare, and does not know threads. The
 * baseline and the single cells win a read, from 8 slots on by far: a cell for all threads is one
 * load. The writers pay for that, see `counter_bench.ts`.
 *
 * @module
 */

import { bench } from "./driver.ts";

await bench(
  "counter read",
  "labelled counter read, by id",
  "labelled counter read, by labels",
  "record read",
  "snapshot of counters",
  "snapshot of records",
);
