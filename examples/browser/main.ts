/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page: makes the memory, starts four workers, and shows what they count. @module */
import { type Seat, ThreadStats } from "../../mod.ts";
import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { showLivePage } from "./live_page.ts";
import type { Order, Report } from "./messages.ts";
import { schema } from "./metrics.ts";

const WORKERS = 4;

interface Member {
  readonly worker: Worker;
  readonly seat: Seat;
  readonly ended: Promise<Report | undefined>;
  readonly giveUp: () => void;
}

function find<Found extends HTMLElement>(id: string): Found {
  return document.getElementById(id) as Found;
}

function send(worker: Worker, order: Order): void {
  worker.postMessage(order);
}

/** In a page that is not cross-origin isolated this throws, and says what is missing. */
function createStats() {
  return ThreadStats.create(schema, { maxThreads: 16 });
}

type Stats = ReturnType<typeof createStats>;

function startWorker(stats: Stats, name: string): Member {
  // The page keeps the right to end the worker's time in its slot: nothing tells when a worker of a
  // browser has ended.
  const seat = stats.reserveThread(name);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name });
  const { promise: ended, resolve } = Promise.withResolvers<Report | undefined>();
  worker.onmessage = ({ data }) => resolve(data);
  send(worker, { kind: "start", handle: seat.handle });
  return { worker, seat, ended, giveUp: () => resolve(undefined) };
}

/** Shows the totals, which no worker is asked for. */
function showTotals(stats: Stats): void {
  const { jobs, results, duration, primes } = stats.metrics;
  const { tested, found } = primes.read();
  const quantile = (q: number) => `${(duration.read().quantile(q) * 1000).toFixed(2)} ms`;
  find("jobs").textContent = String(jobs.read());
  find("results").textContent = results.series()
    .map(({ labels, value }) => `${labels.result}: ${value}`).join(", ");
  find("duration").textContent = `median ${quantile(0.5)}, 99 % within ${quantile(0.99)}`;
  find("primes").textContent = `${found} of ${tested} numbers`;
  find("threads").textContent = stats.threads()
    .filter(({ state }) => state === "active")
    .map(({ name, blockedSeconds = 0 }) =>
      blockedSeconds > 1 ? `${name} (hangs for ${blockedSeconds.toFixed(1)} s)` : name
    )
    .join(", ");
}

/** Stops the workers, and compares the totals with what each says of itself. */
async function stop(stats: Stats, members: readonly Member[]): Promise<void> {
  for (const { worker } of members) send(worker, { kind: "stop" });
  const reports = await Promise.all(members.map(({ ended }) => ended));
  showTotals(stats);
  const isWhole = !reports.includes(undefined);
  const sum = (count: (report: Report) => number) =>
    reports.reduce((total, report) => total + (report === undefined ? 0 : count(report)), 0);
  const { jobs, primes } = stats.metrics;
  const isEqual = jobs.read() === sum(({ jobs }) => jobs) &&
    primes.read().tested === sum(({ tested }) => tested);
  find("verdict").textContent = !isWhole
    ? "A worker was killed before it could say what it had done."
    : isEqual
    ? `The totals equal what the workers say: ${sum(({ jobs }) => jobs)} jobs.`
    : "The totals differ from what the workers say.";
}

async function main(): Promise<void> {
  const stats = createStats();
  stats.registerThread("page").observeRuntime();
  const members = Array.from(
    { length: WORKERS },
    (_, n) => startWorker(stats, `worker-${n + 1}`),
  );
  find("hang").onclick = () => send(members[1].worker, { kind: "hang" });
  find("kill").onclick = () => {
    const { worker, seat, giveUp } = members[2];
    worker.terminate();
    // A browser stops a busy worker some time after terminate(): no proof, so no `stopped`.
    seat.revoke();
    giveUp();
  };
  find("stop").onclick = () => stop(stats, members);
  setInterval(() => showTotals(stats), 250);
  const handler = dashboardHandler(stats, { title: "examples/browser" });
  await showLivePage(find<HTMLIFrameElement>("live"), handler);
}

main().catch((error) => {
  find("error").textContent = error.message;
  find("error").hidden = false;
});
