/** A worker: looks for primes, and counts in the memory that the page has sent. @module */
import { ThreadStats } from "../../mod.ts";
import { HANG_MS, type Order, type Report } from "./messages.ts";
import { schema } from "./metrics.ts";

/** The part of a worker's globals that is used here. */
const port = globalThis as unknown as {
  onmessage: ((event: { readonly data: Order }) => void) | null;
  postMessage(report: Report): void;
};

let isStopped = false;

port.onmessage = ({ data }) => {
  if (data.kind === "start") work(data.handle).then((report) => port.postMessage(report));
  else if (data.kind === "hang") hang();
  else isStopped = true;
};

async function work(handle: (Order & { kind: "start" })["handle"]): Promise<Report> {
  const thread = ThreadStats.attach(schema, handle).registerThread();
  // The page sees by this that a thread hangs.
  const observation = thread.observeRuntime();
  const { jobs, results, jobsInProgress, duration, primes } = thread.metrics;
  const some = results.labels({ result: "some primes" });
  const sizes = [primes.labels({ size: "small" }), primes.labels({ size: "large" })];
  const none = results.labels({ result: "no prime" });
  let done = 0;
  let tested = 0;
  while (!isStopped) {
    jobsInProgress.set(1);
    const end = duration.startTimer();
    const from = Math.floor(Math.random() * 1e9);
    const count = 1 + Math.floor(Math.random() * 40);
    const found = countPrimes(from, count);
    end();
    jobs.add();
    (found > 0 ? some : none).add();
    sizes[from < 5e8 ? 0 : 1].update({ tested: count, found });
    jobsInProgress.set(0);
    done++;
    tested += count;
    // Lets messages arrive; the metrics would not need it.
    if (done % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  observation.stop();
  thread.unregister();
  return { jobs: done, tested };
}

function countPrimes(from: number, count: number): number {
  let found = 0;
  for (let candidate = from; candidate < from + count; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (candidate > 1 && divisor * divisor > candidate) found++;
  }
  return found;
}

function hang(): void {
  const until = performance.now() + HANG_MS;
  while (performance.now() < until);
}
