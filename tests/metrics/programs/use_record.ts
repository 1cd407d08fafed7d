/** Calls the hot methods of a record with four fields, by its id and bound to its labels. */
import { defineSchema, record, sum, ThreadStats } from "../../../mod.ts";

const fields = () => ({ fieldA: sum(), fieldB: sum(), fieldC: sum(), fieldD: sum() });
const schema = defineSchema({
  cell: record(fields()),
  flow: record(fields(), { labels: ["key"] }),
});
const stats = ThreadStats.create(schema);
const { cell, flow } = stats.registerThread().metrics;
const id = stats.metrics.cell.create();
const bound = flow.labels({ key: "a" });
const delta = { fieldA: 1, fieldB: 2, fieldC: 3, fieldD: 4 };
for (let n = 0; n < 3; n++) {
  cell.update(id, delta);
  bound.update(delta);
  const burst = cell.begin(id);
  burst.merge(delta);
  burst.commit();
}
console.log(stats.metrics.cell.read(id).fieldA + stats.metrics.flow.read({ key: "a" }).fieldA);
