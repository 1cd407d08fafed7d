/**
 * The cost of recording a latency. The baseline counts, adds and finds the bin in private memory.
 * Beside it stand the packages that are used today. The values are log-normal: with a constant one,
 * the processor would predict each search for the bin.
 *
 * The baseline wins: it checks nothing, and nobody can read it. Node's `RecordableHistogram` and
 * hdr-histogram-js take integers only.
 *
 * @module
 */

import { bench } from "./driver.ts";

await bench("histogram record");
