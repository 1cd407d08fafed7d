/**
 * The cost of counting and of setting a gauge. The baseline is a plain addition to private memory.
 * Beside it stand a mutex, `Atomics.add` on shared cells, and the packages that are used today. The
 * counter is measured in 2 threads at once too: the library and the baseline then have memory for
 * each thread, while a mutex and shared cells are contended.
 *
 * The baseline wins wherever its loop-carried load is as fast as the library's private field, but
 * nobody can read a total from it. prom-client without labels is an addition in a private object,
 * and wins too: its counters belong to one thread.
 *
 * @module
 */

import { bench } from "./driver.ts";

await bench(
  "counter add",
  "labelled add, bound child",
  "labelled add, fresh lookup",
  "gauge set",
  "gauge add",
);
