import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type HistogramValue, type SnapshotData, ThreadStats } from "../../mod.ts";
import type { DashboardSource } from "../../src/dashboard/mod.ts";
import { type Sample, Sampler } from "../../src/dashboard/sampler.ts";
import { shopSchema } from "./shop.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function open(lingerMs: number) {
  const stats = ThreadStats.create(shopSchema);
  const taken: number[] = [];
  const source: DashboardSource = {
    snapshot(options) {
      taken.push(performance.now());
      return stats.snapshot(options);
    },
  };
  const settings = { every: 100, windows: [60], isBusy: (name: string) => name === "inProgress" };
  return { stats, taken, sampler: new Sampler(source, settings, lingerMs) };
}

/** Waits until nothing is taken any more. */
async function untilStill(sampler: Sampler): Promise<void> {
  for (let n = 0; sampler.isRunning; n++) {
    assert(n < 100, "it never stops");
    await pause(100);
  }
}

describe("Sampler", () => {
  it("takes samples while somebody holds it and a little longer, and none otherwise", async () => {
    const { taken, sampler } = open(300);
    await pause(300);
    assertEquals(taken.length, 0);
    const [one, two] = [{}, {}];
    sampler.hold(one);
    sampler.hold(two);
    await pause(600);
    sampler.release(one);
    await pause(600);
    assert(sampler.isRunning && taken.length > 3, `${taken.length}`);
    sampler.release(two);
    assert(sampler.isRunning, "a page that is loaded again finds its lines");
    await untilStill(sampler);
    const { length } = taken;
    await pause(500);
    assertEquals(taken.length, length);
    sampler.hold(one);
    assertEquals(taken.length, length + 1);
    sampler.release(one);
    await untilStill(sampler);
  });

  it("knows no rate of the time in which nobody looked", async () => {
    const { stats, sampler } = open(0);
    const { metrics } = stats.registerThread("main");
    const samples: Sample[] = [];
    sampler.listen((sample) => samples.push(sample));
    const holder = {};
    for (let round = 0; round < 2; round++) {
      const before = samples.length;
      metrics.jobs.add(1000);
      sampler.hold(holder);
      for (let n = 0; samples.length < before + 3; n++) {
        assert(n < 100, "it takes no samples");
        await pause(50);
      }
      assert(Number.isNaN(samples[before].seconds) && !samples[before].isNext);
      assert(samples[before + 1].seconds > 0 && samples[before + 1].isNext);
      sampler.release(holder);
      await untilStill(sampler);
    }
    const rates = sampler.metrics.get("jobs")!.points(60)[0].filter(Number.isFinite);
    assert(rates.every((rate) => rate === 0), `${rates}`);
    const serials = samples.map(({ serial }) => serial);
    assertEquals(serials, serials.map((_, n) => n + 1));
  });

  it("takes what an observation measures for no work of the thread", async () => {
    const { stats, sampler } = open(0);
    const observation = stats.registerThread("main").observeRuntime({ periodSeconds: 0.01 });
    const delays = () => {
      const metrics: SnapshotData["metrics"] = stats.snapshot().metrics;
      const { series } = metrics.threadStatsThreadEventLoopDelay;
      return (series[0].value as HistogramValue).count;
    };
    const samples: Sample[] = [];
    sampler.listen((sample) => samples.push(sample));
    const holder = {};
    sampler.hold(holder);
    const before = delays();
    for (let n = 0; samples.length < 4 || delays() < before + 4; n++) {
      assert(n < 200, "it takes no samples, or measures nothing");
      await pause(50);
    }
    observation.stop();
    sampler.release(holder);
    await untilStill(sampler);
    assertEquals(sampler.threads.rows[0][5], "watched", "it has not moved");
    assertEquals(sampler.threads.done, [0]);
    assert(sampler.metrics.has("threadStatsThreadCpu"), "they are shown all the same");
  });

  it("goes on after a snapshot that failed", async () => {
    const stats = ThreadStats.create(shopSchema);
    let isFailing = false;
    const source: DashboardSource = {
      snapshot(options) {
        if (isFailing) throw new Error("not now");
        return stats.snapshot(options);
      },
    };
    const sampler = new Sampler(source, { every: 100, windows: [60], isBusy: () => false }, 0);
    let count = 0;
    sampler.listen(() => count++);
    const holder = {};
    const { error } = console;
    const said: unknown[] = [];
    console.error = (...words) => said.push(words);
    try {
      sampler.hold(holder);
      isFailing = true;
      for (let n = 0; said.length === 0 && n < 100; n++) await pause(50);
      assert(said.length > 0);
      isFailing = false;
      const before = count;
      for (let n = 0; count === before && n < 100; n++) await pause(50);
      assert(count > before);
    } finally {
      console.error = error;
      sampler.release(holder);
    }
  });
});
