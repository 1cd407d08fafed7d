/** Buckets without labels: created, cleared and destroyed by any thread, known by a number. */
import { defineSchema, record, sum, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ cell: record({ hits: sum() }) }));
const { cell } = stats.metrics;
const thread = stats.registerThread("main");

const [a, b] = [cell.create(), cell.create()];
thread.metrics.cell.update(a, { hits: 3 });
thread.metrics.cell.update(b, { hits: 4 });
console.log(cell.ids().join(" "), cell.read(b).hits); // 0 1 4

cell.clear(b); // one instant for all threads
console.log(cell.read(b).hits); // 0

cell.destroy(a);
console.log(cell.create() === a, cell.read(a).hits); // true 0
