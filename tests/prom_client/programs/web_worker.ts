/**
 * A worker that inherits nothing: on Deno a web worker. It counts at once.
 *
 * @module
 */
import { Counter, Gauge } from "../../../src/prom_client/mod.ts";

const jobs = new Counter({ name: "jobs", help: "Jobs", labelNames: ["queue"] });
jobs.inc({ queue: "mail" }, 3);
new Gauge({
  ...{ name: "waiting", help: "Jobs waiting" },
  collect() {
    this.set(4);
  },
});
// Until the main thread has seen all.
setTimeout(() => {}, 600_000);
