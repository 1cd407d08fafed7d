/** Uses the core alone, which no library of types but ECMAScript's is needed for. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ jobs: counter({ labels: ["kind"] }) }));
export const jobs: number = stats.metrics.jobs.read({ kind: "small" });
// @ts-expect-error: the schema types the labels
stats.metrics.jobs.read({ size: "small" });
