/**
 * What counting costs, beside the floor (a plain private addition), a mutex, a bare shared `Atomics.add` cell, and the packages
 * that are used today.
 *
 * The floor publishes nothing, and nobody can read a total from it; it wins wherever its loop-carried load is as fast as the
 * library's private field. prom-client without labels is an addition in a private object, and wins too: its counters are
 * one thread's.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone("counter add", "labelled add, bound child", "labelled add, fresh lookup");
