/**
 * Uses the whole library once. As a program (with the argument `run`) it checks the result, and
 * that no code can be generated.
 *
 * @module
 */
import process from "node:process";
import { StaleThreadError, ThreadStats } from "../../../mod.ts";
import { traffic } from "../../support/traffic.ts";

/** Counts in every kind of metric, and returns what readers see. */
export function exerciseAll({ create, attach }: typeof ThreadStats): {
  packets: number;
  all: string;
} {
  const stats = create.call(ThreadStats, traffic) as ThreadStats<typeof traffic.metrics>;
  const seat = stats.reserveThread("worker");
  const there = attach.call(ThreadStats, traffic, seat.handle) as typeof stats;
  const thread = there.registerThread();
  const { packets, requests, flow, cell } = thread.metrics;
  packets.add();
  packets.add(2);
  for (const method of ["a", "b", "c", "d"]) requests.labels({ method, status: "" }).add();
  for (const source of ["a", "b", "c", "d"]) {
    flow.labels({ source }).update({ bytes: 2 ** 40, packets: 1, first: 1, last: 1, flags: 1 });
  }
  const id = stats.metrics.cell.create();
  cell.update(id, { bytes: -1, packets: 0.5 });
  const burst = cell.begin(id);
  burst.merge({ bytes: 10n, first: 3, flags: 6 });
  burst.flags &= ~2;
  burst.bytes += 1n;
  burst.last = burst.first + 1;
  burst.commit();
  cell.begin(id).discard();
  const refusals: string[] = [];
  for (
    const bad of [{ bytes: 0.5 }, { packets: NaN }, { flags: 0.5 }, { first: "1" }] as object[]
  ) {
    try {
      cell.update(id, bad);
    } catch (error) {
      refusals.push((error as Error).message);
    }
  }
  seat.revoke();
  try {
    packets.add();
  } catch (error) {
    if (error instanceof StaleThreadError) refusals.push(error.message);
  }
  const { metrics } = stats;
  const read = [
    metrics.requests.series(),
    metrics.flow.series(),
    metrics.cell.read(id),
    metrics.cell.aggregate(id, 0, (sum, { packets }) => sum + packets),
    metrics.cell.perThread(id),
    refusals,
  ];
  const all = JSON.stringify(read, (_, value) => typeof value === "bigint" ? `${value}n` : value);
  return { packets: metrics.packets.read(), all };
}

/** A part of what {@linkcode exerciseAll} must return. */
const EXPECTED = [
  '"bytes":"10n","packets":0.5,"first":3,"last":4,"flags":4',
  '"labels":{"source":"a"},"value":{"bytes":"1099511627776n","packets":1,"first":1',
  "bytes must be a bigint or a safe integer, got 0.5",
  "the thread must be registered, got a revoked one",
];

if (process.argv[2] === "run") {
  let generated = false;
  try {
    new Function("return 1")();
    generated = true;
  } catch {
    // The error is expected.
  }
  const { packets, all } = exerciseAll(ThreadStats);
  const missing = EXPECTED.filter((text) => !all.includes(text));
  if (generated || packets !== 3 || missing.length > 0) {
    console.log(JSON.stringify({ generated, packets, missing, all }));
    process.exitCode = 1;
  } else console.log("no code generation, all counted");
}
