/** A record has several fields of one instant: a read never mixes two commits of a thread. */
import { bitOr, defineSchema, max, min, record, sum, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({
  flow: record(
    { bytes: sum("u64"), packets: sum(), first: min(), last: max(), flags: bitOr() },
    { labels: ["protocol"] },
  ),
});
const stats = ThreadStats.create(schema);
const { flow } = stats.registerThread("main").metrics;

const tcp = flow.labels({ protocol: "tcp" });
tcp.update({ bytes: 1500, packets: 1, first: 7, last: 7, flags: 0x02 });
tcp.update({ bytes: 40, packets: 1, last: 9, flags: 0x10 }); // the others stay as they are

// A burst makes any number of changes, and one commit.
const burst = tcp.begin();
for (const bytes of [1500, 1500, 20]) burst.merge({ bytes, packets: 1 });
burst.commit();

const { bytes, packets, first, last, flags } = stats.metrics.flow.read({ protocol: "tcp" });
console.log(bytes, packets, first, last, flags); // 4560n 5 7 9 18
