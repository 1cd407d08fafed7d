/**
 * Calls each hot method so often that every engine optimizes it and its caller. Each has a caller
 * of its own, as a function of a program. Prints how many of the calls each metric has counted.
 */
import { counter, defineSchema, gauge, histogram, record, sum, ThreadStats } from "../../../mod.ts";

const fields = () => ({ fieldA: sum(), fieldB: sum(), fieldC: sum(), fieldD: sum() });
const six = () => ({ ...fields(), fieldE: sum(), fieldF: sum() });
const schema = defineSchema({
  requests: counter(),
  perRoute: counter({ labels: ["route"] }),
  level: gauge(),
  seconds: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
  cell: record(fields()),
  flow: record(fields(), { labels: ["key"] }),
  wideCell: record(six()),
  wideFlow: record(six(), { labels: ["key"] }),
});
const stats = ThreadStats.create(schema);
const { requests, perRoute, level, seconds, cell, flow, wideCell, wideFlow } =
  stats.registerThread().metrics;
const route = perRoute.labels({ route: "/" });
const id = stats.metrics.cell.create();
const bound = flow.labels({ key: "a" });
const wideId = stats.metrics.wideCell.create();
const wideBound = wideFlow.labels({ key: "a" });

const change = (n: number) => ({ fieldA: 1, fieldB: n & 7, fieldC: n & 1, fieldD: 0.5 });
const wideChange = (n: number) => ({
  fieldA: 1,
  fieldB: n & 7,
  fieldC: n & 1,
  fieldD: 0.5,
  fieldE: 2,
  fieldF: n & 3,
});
const callers: readonly ((times: number) => void)[] = [
  function addToCounter(times: number) {
    for (let n = 0; n < times; n++) requests.add(1 + (n & 3));
  },
  function addToBoundCounter(times: number) {
    for (let n = 0; n < times; n++) route.add(1 + (n & 3));
  },
  function setGauge(times: number) {
    for (let n = 0; n < times; n++) level.set(n & 255);
  },
  function addToGauge(times: number) {
    for (let n = 0; n < times; n++) level.add(n & 1);
  },
  function recordInHistogram(times: number) {
    for (let n = 0; n < times; n++) seconds.record(0.001 * (1 + (n & 15)));
  },
  function updateById(times: number) {
    for (let n = 0; n < times; n++) cell.update(id, change(n));
  },
  function updateBound(times: number) {
    for (let n = 0; n < times; n++) bound.update(change(n));
  },
  function updateWideById(times: number) {
    for (let n = 0; n < times; n++) wideCell.update(wideId, wideChange(n));
  },
  function updateWideBound(times: number) {
    for (let n = 0; n < times; n++) wideBound.update(wideChange(n));
  },
  function changeInBurst(times: number) {
    for (let n = 0; n < times;) {
      const burst = cell.begin(id);
      for (const end = n + 32; n < end; n++) burst.merge(change(n));
      burst.commit();
    }
  },
];

const ROUNDS = 50;
const TIMES = 32 * 512;
for (let round = 0; round < ROUNDS; round++) for (const call of callers) call(TIMES);

const { metrics } = stats;
console.log(JSON.stringify([
  metrics.requests.read() / 2.5,
  metrics.perRoute.read({ route: "/" }) / 2.5,
  metrics.seconds.read().count,
  metrics.cell.read(id).fieldA / 2,
  metrics.flow.read({ key: "a" }).fieldA,
  metrics.wideCell.read(wideId).fieldA,
  metrics.wideFlow.read({ key: "a" }).fieldA,
].map((count) => count / ROUNDS / TIMES)));
