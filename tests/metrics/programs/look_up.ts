/**
 * Looks up labels often enough that the lookup is compiled, for `label_lookup_test.ts`.
 *
 * @module
 */
import { counter, defineSchema, ThreadStats } from "../../../mod.ts";

const schema = defineSchema({ requests: counter({ labels: ["method", "route", "status"] }) });
const stats = ThreadStats.create(schema);
const { requests } = stats.registerThread().metrics;
for (let n = 0; n < 100; n++) {
  requests.labels({ method: "GET", route: `/${n & 1}`, status: "200" }).add();
}
console.log(stats.metrics.requests.read());
