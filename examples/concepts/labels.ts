/** Labels split a metric into series. At most `maxSeries` of them are kept apart. */
import { counter, defineSchema, ThreadStats } from "@x/thread-stats";

const schema = defineSchema({ requests: counter({ labels: ["method", "status"], maxSeries: 3 }) });
const stats = ThreadStats.create(schema);
const { requests } = stats.registerThread("main").metrics;

const ok = requests.labels({ method: "GET", status: "200" }); // keep it where speed matters
ok.add(2);
requests.labels({ method: "GET", status: "404" }).add();
requests.labels({ method: "PUT", status: "200" }).add();

const reader = stats.metrics.requests;
console.log(reader.read({ method: "GET" }), reader.read({ status: "200" }), reader.read()); // 3 3 4

requests.labels({ method: "BREW", status: "418" }).add(); // one too many: counted together
console.log(reader.overflowed(), reader.read()); // 1 5
