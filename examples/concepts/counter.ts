/** A counter only rises. Each thread adds to its own cell, and a read adds up all of them. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const stats = ThreadStats.create(defineSchema({ packets: counter({ help: "Packets parsed" }) }));
const thread = stats.registerThread("main");

thread.metrics.packets.add();
thread.metrics.packets.add(31);
console.log(stats.metrics.packets.read()); // 32
