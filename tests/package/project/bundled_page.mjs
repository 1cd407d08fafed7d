// A bundle has no packages beside it, so the program brings the script of the page's charts along.
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
import { dashboardHandler } from "@x/thread-stats/dashboard";
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };

const stats = ThreadStats.create(defineSchema({ jobs: counter() }));
const live = dashboardHandler(stats, { path: "/live", uplot });
live(new Request("http://localhost:8000/live/assets/uplot.js"))
  .then(async (script) => console.log(script.status, (await script.text()) === uplot));
