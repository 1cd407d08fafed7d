/**
 * Counts in a file until it is killed, or for so many turns of its loop:
 * `inspected_writer.ts PATH NAME [TURNS]`. Prints "ready" after the first turn.
 * One with the name "steady" destroys no buckets: rates of a total that falls are not known.
 *
 * @module
 */
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { counter, defineSchema, gauge, histogram, max, record, sum } from "../../../mod.ts";
import { openStats } from "../../../src/file/mod.ts";

const [path, name, turns = "Infinity"] = process.argv.slice(2);
const schema = defineSchema({
  updates: counter({ help: "Updates" }),
  jobs: counter({ labels: ["kind"] }),
  churn: counter({ labels: ["value"] }),
  level: gauge(),
  latest: gauge({ aggregate: "latest" }),
  sizes: histogram({ lowest: 1, highest: 1e6, labels: ["route"] }),
  pair: record({ one: sum(), two: sum(), three: sum("u64"), most: max() }, { labels: ["kind"] }),
});

const stats = await openStats(path, schema);
const { metrics } = stats.registerThread(name);
metrics.level.set(5);
metrics.latest.set(7);
for (let turn = 0; turn < Number(turns); turn++) {
  for (let n = 0; n < 200; n++) {
    metrics.updates.add();
    metrics.jobs.labels({ kind: `kind ${n % 20}` }).add();
    metrics.sizes.labels({ route: `a route whose name needs an extent ${n % 7}` }).record(n);
    metrics.pair.labels({ kind: "all" }).update({ one: 1, two: 2, three: 3n, most: turn });
    metrics.pair.labels({ kind: `${n}` }).update({ one: 1, two: 2, three: 3n, most: turn });
  }
  // Labels of each length, with and without extents, each for a short life.
  const value = 1 + turn % 97;
  const labels = { value: `${value}${" and so on".repeat(value % 9)}` };
  try {
    metrics.churn.labels(labels).add(value);
    if (turn % 3 > 0 && name !== "steady") stats.metrics.churn.destroy(labels);
  } catch {
    // Another writer has destroyed the bucket first.
  }
  if (turn === 0) console.log("ready");
  if (turn % 16 === 0) await setImmediate();
}
