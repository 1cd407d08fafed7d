/**
 * What a snapshot of all labelled counters, or of all records, costs by the number of slots and buckets in use, beside the floor (rows
 * of what as many private arrays have), one set of cells behind a mutex, bare shared `Atomics` cells, and what the packages that are
 * used today take to collect the counters of one thread.
 *
 * The floor wins: it has no epochs to look at, and tells nothing of threads.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone("snapshot of counters", "snapshot of records");
