/**
 * What recording a latency costs, beside the floor (count, sum and bin in private memory) and the packages that are used
 * today. The values are log-normal: with a constant one, the processor would predict each search for the bin.
 *
 * The floor wins: it checks nothing, and nobody can read it. Node's `RecordableHistogram` and hdr-histogram-js have integers alone.
 *
 * @module
 */

import { benchAlone } from "./driver.ts";

await benchAlone("histogram record");
