/**
 * A program that looks as if it had much to do, for pictures of the page and for measurements: nine
 * threads of one process, nine metrics, 12,406 series.
 *
 * @module
 */
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  type Seat,
  sum,
  type Thread,
  ThreadStats,
} from "../../mod.ts";

/** The metrics. */
export const sceneSchema = defineSchema({
  packets: counter({ help: "Packets parsed" }),
  requests: counter({
    help: "Requests served",
    labels: ["method", "route", "tenant", "status"],
    maxSeries: 10_000,
  }),
  latency: histogram({
    help: "Request latency",
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
  }),
  flow: record(
    { bytes: sum("u64"), packets: sum(), lastSeen: max() },
    {
      help: "Per-flow traffic",
      labels: ["protocol", "source", "destination"],
      maxSeries: 5000,
    },
  ),
  queueDepth: gauge({ help: "Jobs waiting" }),
  inProgress: gauge({ help: "Requests in progress" }),
  bodySize: histogram({
    help: "Body size",
    unit: "bytes",
    boundaries: [100, 1e3, 1e4, 1e5, 1e6],
  }),
  errors: counter({
    help: "Requests that failed, by cause",
    labels: ["cause"],
    maxSeries: 2000,
  }),
  cacheHits: counter({ help: "Answers from the cache" }),
});

/** What the threads do: all move; one hangs and one was killed; there is none. */
export type Scene = "moving" | "stuck" | "empty";

/** When there is more to do than usual, for 18 s. */
const BUSY_SECONDS = 46;
/** When a thread hangs, seconds after the start. */
export const HANGS_SECONDS = 72;

type Metrics = (typeof sceneSchema)["metrics"];
type Writer = Thread<Metrics>;

/** mulberry32: the same numbers each time. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const ROUTES = [
  "/",
  "/login",
  "/search?q=<b>x</b>",
  "/api/flows",
  "/api/flows/{id}",
  "/api/hosts",
]
  .concat(["/api/hosts/{id}", "/metrics", "/static/app.js", "/export.csv"]);
const CAUSES = [
  "timeout",
  "reset by peer",
  "bad checksum",
  "too large",
  "no route",
  "queue full",
];

/** The labels of requests and flows. */
function labelsOf(random: () => number) {
  const pick = <Value>(list: readonly Value[]) => list[Math.floor(random() * list.length)];
  const byte = () => Math.floor(random() * 255);
  const host = () =>
    random() < 0.15
      ? `[2001:db8:${byte().toString(16)}::${byte().toString(16)}]`
      : `10.${pick([0, 1, 20])}.${byte()}.${byte()}`;
  const requests = Array.from({ length: 10_000 }, (_, i) => ({
    method: i % 5 === 3 ? "POST" : i % 17 === 9 ? "DELETE" : "GET",
    route: pick(ROUTES),
    tenant: `t-${String((i * 7919) % 9973).padStart(4, "0")}`,
    status: random() < 0.9 ? "200" : pick(["204", "301", "404", "429", "500", "503"]),
  }));
  const flows = Array.from({ length: 2400 }, () => ({
    protocol: pick(["tcp", "tcp", "tcp", "udp"]),
    source: `${host()}:${1024 + byte() * 250}`,
    destination: `${host()}:${pick([53, 80, 443, 443, 5432])}`,
  }));
  return { requests, flows };
}

/** A number of a bell curve around 0. */
function bell(random: () => number): number {
  return random() + random() + random() - 1.5;
}

/** The program, running. */
export interface RunningScene extends Disposable {
  readonly stats: ThreadStats<Metrics>;
}

/** Starts it. `stepMs`: how often the threads work. */
export function startScene(
  scene: Scene,
  { stepMs = 100 }: { stepMs?: number } = {},
): RunningScene {
  const stats = ThreadStats.create(sceneSchema, {
    maxThreads: 64,
    maxByteLength: 2 ** 30,
  });
  if (scene === "empty") return { stats, [Symbol.dispose]() {} };
  const random = randomFrom(20261129);
  const { requests, flows } = labelsOf(random);
  const names = [
    "main",
    ...Array.from({ length: 8 }, (_, i) => `worker-${i + 1}`),
  ];
  const seats = names.map((name) => stats.reserveThread(name));
  const threads = seats.map((seat) =>
    ThreadStats.attach(sceneSchema, seat.handle).registerThread()
  );
  if (scene === "stuck") {
    stats.reserveThread("worker-9");
    stats.registerThread("import-once").unregister();
  }
  const weights = names.map((_, i) => i === 0 ? 0.15 : 0.9 + 0.25 * random());
  const writers = threads.map((thread, i) => writerOf(thread, { requests, flows, random, i }));
  const started = performance.now();
  let walk = 0;
  const turn = () => {
    const seconds = (performance.now() - started) / 1000;
    walk = walk * 0.97 + bell(random) * 0.02;
    const isBusy = seconds > BUSY_SECONDS && seconds < BUSY_SECONDS + 18;
    threads.forEach((_, i) => {
      if (scene === "stuck" && !isMoving(i, seconds, seats)) return;
      const power = weights[i] * (1 + walk + 0.05 * bell(random)) * stepMs /
        1000;
      writers[i](power, { isBusy, seconds });
    });
  };
  turn();
  const timer = setInterval(turn, stepMs);
  return { stats, [Symbol.dispose]: () => clearInterval(timer) };
}

/** One that hangs at the end, one that works now and then, one that is killed. */
function isMoving(i: number, seconds: number, seats: readonly Seat[]): boolean {
  if (i === 5) return seconds < HANGS_SECONDS;
  if (i === 2) return seconds % 20 > 4 && seconds % 20 < 7;
  if (i === 7 && seconds > HANGS_SECONDS - 38) {
    seats[i].revoke();
    return false;
  }
  return true;
}

function writerOf(
  { metrics }: Writer,
  { requests, flows, random, i }: ReturnType<typeof labelsOf> & {
    random: () => number;
    i: number;
  },
) {
  const rows = requests.map((labels) => metrics.requests.labels(labels));
  const ids = flows.map((labels) => metrics.flow.labels(labels));
  const causes = CAUSES.map((cause) => metrics.errors.labels({ cause }));
  metrics.inProgress.set(1);
  // Few series have most of the work.
  const skewed = (length: number) => Math.floor(length * random() ** 3.2);
  return (
    power: number,
    { isBusy, seconds }: { isBusy: boolean; seconds: number },
  ) => {
    metrics.packets.add(Math.round(236_000 * power));
    metrics.cacheHits.add(Math.round(1100 * power));
    const now = Date.now() / 1000;
    for (let n = Math.round(1580 * power); n > 0; n--) {
      rows[skewed(rows.length)].add();
      metrics.latency.record(
        Math.exp(-7.03 + 0.6 * bell(random) * (0.5 + random())),
      );
      if (random() < 0.06) {
        const slow = isBusy ? 40 * Math.sin((seconds - BUSY_SECONDS) / 18 * Math.PI) + 4 : 4;
        metrics.latency.record(slow * 1e-3 * Math.exp(0.9 * bell(random)));
      }
      if (random() < 0.0006) {
        metrics.latency.record(0.04 * Math.exp(1.5 * bell(random)));
      }
      if (random() < 0.32) {
        metrics.bodySize.record(10 ** (3.3 + 1.3 * bell(random)));
      }
    }
    for (let n = Math.round(900 * power); n > 0; n--) {
      const at = skewed(ids.length);
      const packets = 1 + Math.floor(random() * 500);
      ids[at].update({
        bytes: packets * (64 + at % 1400),
        packets,
        lastSeen: now,
      });
    }
    for (
      let n = Math.round(2.6 * power * (isBusy ? 3 : 1) + random());
      n > 0;
      n--
    ) {
      causes[skewed(causes.length)].add();
    }
    metrics.queueDepth.set(Math.round((isBusy ? 13 : 4) + 2 * bell(random)));
    metrics.inProgress.set(
      i === 5 ? 1 : i === 2 ? 0 : Math.max(0, Math.round(1.6 + 1.5 * bell(random))),
    );
  };
}
