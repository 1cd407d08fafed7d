import { counter, defineSchema, ThreadStats, Window } from "../../../mod.ts";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const window = new Window(stats, { seconds: 60 });
window.start(5);
// The timer works, and does not keep the program alive once nothing else does.
const { jobs } = stats.registerThread("main").metrics;
jobs.add(3);
setTimeout(() => console.log(`counted ${window.delta("jobs")}`), 100);
