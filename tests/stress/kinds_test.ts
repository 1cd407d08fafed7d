import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { HistogramValue, ThreadStats, ThreadStatsHandle } from "../../mod.ts";
import { createKinds, type Kinds } from "../support/kinds.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";
import { meanwhile, rising } from "./crew.ts";
import { breathe, Progress, until } from "./progress.ts";
import { scaled } from "./scale.ts";

const WORKERS = 4;

/** Workers of `workers/kinds.ts`, and their progress words. */
class Crew implements AsyncDisposable {
  readonly progress = new Progress();
  readonly workers: StartedWorker[] = [];

  async add(handle: ThreadStatsHandle): Promise<StartedWorker> {
    const url = new URL("./workers/kinds.ts", import.meta.url);
    const index = this.workers.length;
    const worker = await startWorker(url, { handle, progress: this.progress.buffer, index });
    this.workers.push(worker);
    return worker;
  }

  /** How often all workers have recorded by their own account, with updates in flight. */
  said(): number {
    return this.workers.reduce((sum, _, index) => sum + this.progress.get(index), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

async function startCrew(stats: ThreadStats<Kinds>, count: number): Promise<Crew> {
  const crew = new Crew();
  for (let n = 0; n < count; n++) await crew.add(stats.handle);
  return crew;
}

/** Fails unless count and bins of a histogram agree. */
function assertWhole(value: HistogramValue): void {
  assertEquals(value.bins.reduce((sum, { count }) => sum + count, 0), value.count);
  assertEquals(value.cumulative([5]).at(-1)!.count, value.count);
  if (value.count > 0) assert(value.min <= value.max);
}

/** What a worker's values add up to. */
function sumsOf(count: number) {
  let [latency, size, took] = [0, 0, 0];
  for (let n = 1; n <= count; n++) {
    latency += n % 100;
    size += 2 * (n % 20_000);
    took += n % 3;
  }
  return { latency, size, took };
}

describe("histograms and gauges under 4 real threads", () => {
  it("counts agree with bins and never fall while threads record, and all is exact in the end", async () => {
    const stats = createKinds();
    const count = scaled(200_000);
    await using crew = await startCrew(stats, WORKERS);
    const [one, two, three] = [rising(), rising(), rising()];
    const work = crew.workers.map((worker) => worker.call("record", count));
    await meanwhile(work, () => {
      const [latency, size] = [stats.metrics.latency.read(), stats.metrics.size.read()];
      for (const value of [latency, size]) assertWhole(value);
      one(latency.count);
      two(size.count);
      three(stats.metrics.jobs.read());
      assertLessOrEqual(stats.metrics.jobs.read(), WORKERS * count);
      assertEquals(stats.metrics.latest.read() % 8, 0);
    }, 20);
    const sums = sumsOf(count);
    const { latency, size, took, ...gauges } = stats.metrics;
    const values = [latency.read(), size.read(), took.read({ route: "r" })];
    assertEquals(values.map((value) => value.count), [1, 2, 1].map((n) => n * WORKERS * count));
    assertEquals(
      values.map(({ sum }) => sum),
      [sums.latency, sums.size, sums.took].map((n) => n * WORKERS),
    );
    assertEquals(values.map(({ min, max }) => [min, max]), [[0, 99], [0, 19_999], [0, 2]]);
    assertEquals(values[0].clamped, WORKERS * (count / 100) * 40);
    assertEquals(
      [gauges.jobs.read(), gauges.lowest.read(), gauges.highest.read()],
      [WORKERS * count, -count, count + WORKERS - 1],
    );
    assertEquals(gauges.latest.perThread().map(({ value }) => value), Array(WORKERS).fill(count));
    assertEquals(latency.perThread().map(({ value }) => value.count), Array(WORKERS).fill(count));
  });

  it("a clear forgets all before it and nothing after it, while threads record", async () => {
    const stats = createKinds();
    await using crew = await startCrew(stats, WORKERS);
    const { size } = stats.metrics;
    const work = crew.workers.map((worker) => worker.call<number>("ones"));
    await until(() => crew.workers.every((_, index) => crew.progress.get(index) > 1000));
    for (let round = 0; round < scaled(300); round++) {
      const before = crew.said();
      size.clear();
      for (let look = 0; look < 5; look++) {
        const value = size.read();
        const most = crew.said() - before + WORKERS;
        assertWhole(value);
        assertLessOrEqual(value.count, most);
        assertLessOrEqual(value.sum, most);
        if (value.count > 0) assertEquals([value.min, value.max], [1, 1]);
      }
      if (round % 50 === 0) await breathe();
    }
    size.clear();
    const before = crew.said();
    await until(() => crew.said() > before + 10_000);
    for (const worker of crew.workers) worker.requestStop();
    const made = (await Promise.all(work)).reduce((sum, n) => sum + n);
    const value = size.read();
    assertGreaterOrEqual(value.count, made - before);
    assertEquals(value.sum, value.count);
  });

  it("scopes of all threads come back to 0", async () => {
    const stats = createKinds();
    await using crew = await startCrew(stats, WORKERS);
    const work = crew.workers.map((worker) => worker.call("scopes", scaled(50_000)));
    await meanwhile(work, () => {
      const jobs = stats.metrics.jobs.read();
      assert(jobs >= 0 && jobs <= WORKERS);
      assert([0, 1].includes(stats.metrics.latest.read()));
    });
    assertEquals([stats.metrics.jobs.read(), stats.metrics.latest.read()], [0, 0]);
  });
});

describe("gauge latest, over real threads", () => {
  it("is the value of the thread that set it last", async () => {
    const stats = createKinds();
    await using crew = await startCrew(stats, 3);
    const { latest } = stats.registerThread("main").metrics;
    for (let n = 1; n <= 300; n++) {
      if (n % 5 === 0) latest.set(-n);
      else await crew.workers[(n * 7 + (n >> 3)) % 3].call("setLatest", -n);
      assertEquals(stats.metrics.latest.read(), -n);
    }
  });
});

describe("a killed thread", () => {
  it("its gauges disappear with the seat's revocation, its histograms stay", async () => {
    const stats = createKinds();
    await using crew = new Crew();
    let counted = 0;
    for (let round = 0; round < 5; round++) {
      const seat = stats.reserveThread("worker");
      assertEquals(seat.slot, 0);
      const worker = await crew.add(seat.handle);
      const index = crew.workers.length - 1;
      worker.call("ones").catch(() => {});
      await until(() => crew.progress.get(index) > 20_000);
      await worker.terminate();
      await worker.stopped;
      const said = crew.progress.get(index);
      const { count } = stats.metrics.size.read();
      assert(count === counted + said || count === counted + said - 1, `${count}: ${said}`);
      assertEquals([stats.metrics.jobs.read(), stats.metrics.latest.read()], [5, 6]);
      assert(seat.revoke({ stopped: true }));
      assertEquals([stats.metrics.jobs.read(), stats.metrics.latest.read()], [0, 0]);
      assertEquals([stats.metrics.jobs.perThread(), stats.metrics.latest.perThread()], [[], []]);
      assertEquals(stats.metrics.size.read().count, count);
      counted = count;
    }
    // The slot's next owner goes on, whatever was being written.
    const { metrics } = stats.registerThread("worker");
    metrics.size.record(1);
    assertEquals(stats.metrics.size.read().count, counted + 1);
    assertEquals(stats.metrics.jobs.read(), 0);
    metrics.jobs.add(1);
    assertEquals(stats.metrics.jobs.read(), 1);
  });
});
