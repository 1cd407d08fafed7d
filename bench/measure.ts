/**
 * Measures one case in a process of its own: `measure.ts GROUP IMPLEMENTATION CIRCUMSTANCES
 * [--quick]`, the circumstances as JSON. Prints the median nanoseconds of one operation.
 *
 * @module
 */

import process from "node:process";
import type { GroupName } from "./cases/case.ts";
import type { ImplementationName } from "./cases/catalogue.ts";
import { readSettings } from "./results.ts";
import { timeCase } from "./timer.ts";

const { quick, rest: [group, implementation, at] } = readSettings();
const { p50 } = await timeCase(
  {
    group: group as GroupName,
    implementation: implementation as ImplementationName,
    at: JSON.parse(at),
  },
  quick ? { warmUpMs: 50, budgetMs: 50, leastSamples: 3 } : {},
);
console.log(JSON.stringify(p50));
// Packages may have timers that would keep the process alive.
process.exit(0);
