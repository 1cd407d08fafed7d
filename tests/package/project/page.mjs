// The page needs the package uplot, which is installed with the library.
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { dashboardHandler } from "@x/thread-stats/dashboard";

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const live = dashboardHandler(stats, { path: "/live" });
const page = await live(new Request("http://localhost:8000/live/"));
console.log(page.status, (await page.text()).includes("uplot.js"));
