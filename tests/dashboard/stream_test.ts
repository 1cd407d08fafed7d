import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  max,
  record,
  sum,
  ThreadStats,
} from "../../mod.ts";
import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { Stream } from "./stream.ts";

const schema = defineSchema({
  packets: counter(),
  requests: counter({ labels: ["method", "route"], maxSeries: 100 }),
  inProgress: gauge({ help: "Jobs" }),
  latency: histogram({
    unit: "seconds",
    lowest: 1e-6,
    highest: 60,
    relativeError: 0.01,
  }),
  size: histogram({ boundaries: [10, 100] }),
  flow: record({ bytes: sum("u64"), packets: sum(), lastSeen: max() }, {
    labels: ["protocol"],
  }),
});
const options = { path: "/live", intervalMs: 100 };

function open(maxThreads = 8) {
  const stats = ThreadStats.create(schema, { maxThreads });
  return { stats, handler: dashboardHandler(stats, options) };
}

describe("the event stream", () => {
  it("begins with everything, and goes on with what is new", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    metrics.packets.add(5);
    await using stream = await Stream.open(handler);
    const { full } = stream.model;
    assertEquals([full.v, full.title, full.window, full.every], [
      1,
      "thread-stats",
      60,
      100,
    ]);
    assertEquals(
      full.metrics.map(({ name }) => name),
      Object.keys(schema.metrics),
    );
    assertEquals(
      full.threads.map(([slot, name, state]) => [slot, name, state]),
      [
        [0, "one", "active"],
      ],
    );
    assertEquals(stream.model.byName.get("packets")!.totals, [5]);
    metrics.packets.add(7);
    metrics.inProgress.set(3);
    const { event, data } = await stream.next();
    assertEquals([event, data.n], ["delta", full.n + 1]);
    const { byName } = stream.model;
    assertEquals(byName.get("packets")!.totals, [12]);
    assertEquals(byName.get("inProgress")!.latest, [3]);
    assertAlmostEquals(
      byName.get("packets")!.latest[0],
      7 / stream.model.seconds,
      1e-9,
    );
  });

  it("has the totals of each metric while threads count, come and go", async () => {
    const { stats, handler } = open();
    const one = stats.registerThread("one");
    await using stream = await Stream.open(handler, "m=requests");
    for (let round = 0; round < 5; round++) {
      one.metrics.packets.add(10);
      one.metrics.requests.labels({ method: "GET", route: `/${round}` }).add(
        round + 1,
      );
      one.metrics.latency.record(0.001 * (round + 1), 3);
      one.metrics.flow.labels({ protocol: "tcp" }).update({
        bytes: 2n ** 40n,
        packets: 2,
      });
      if (round === 2) stats.registerThread("two").metrics.packets.add(4);
      await stream.next();
    }
    one.unregister();
    const model = await stream.until(({ threads }) => threads[0].state === "retired");
    const totals = Object.fromEntries(
      model.metrics.map(({ info, totals }) => [info.name, totals]),
    );
    assertEquals(totals, {
      packets: [stats.metrics.packets.read()],
      requests: [15],
      inProgress: [],
      latency: [stats.metrics.latency.read().count],
      size: [0],
      flow: [5 * 2 ** 40, 10],
    });
    assertEquals(model.threads.map(({ name, state }) => [name, state]), [
      ["one", "retired"],
      ["two", "active"],
    ]);
  });

  it("has metrics that are defined later, and their series", async () => {
    const { stats, handler } = open();
    const thread = stats.registerThread("one");
    await using stream = await Stream.open(handler, "m=calls");
    assertEquals(stream.model.byName.has("calls"), false);
    const more = stats.extend(defineSchema({ calls: counter({ labels: ["to"] }) }));
    const calls = thread.extend(more).metrics.calls.labels({ to: "x" });
    calls.add(2);
    await stream.until(({ byName }) => byName.has("calls"));
    calls.add(3);
    const model = await stream.until(({ byName }) => byName.get("calls")!.totals[0] === 5);
    assertEquals(model.series!.ids.map((id) => model.series!.label(0, id)), ["x"]);
  });

  it("has every series of the open metric, those that come and go too", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    for (const method of ["GET", "POST"]) {
      metrics.requests.labels({ method, route: "/" }).add(2);
    }
    await using stream = await Stream.open(handler, "m=requests");
    const rows = () => {
      const series = stream.model.series!;
      return series.ids.map((id) =>
        [series.label(0, id), series.label(1, id), series.value(0, id)].join(
          " ",
        )
      ).sort();
    };
    assertEquals(rows(), ["GET / 2", "POST / 2"]);
    metrics.requests.labels({ method: "GET", route: "/new" }).add();
    metrics.requests.labels({ method: "GET", route: "/" }).add(5);
    await stream.next();
    assertEquals(rows(), ["GET / 7", "GET /new 1", "POST / 2"]);
    stats.metrics.requests.destroy({ method: "POST", route: "/" });
    stats.metrics.requests.clear({ method: "GET", route: "/" });
    metrics.requests.labels({ method: "GET", route: "/" }).add(3);
    await stream.next();
    assertEquals(rows(), ["GET / 3", "GET /new 1"]);
    metrics.requests.labels({ method: "PUT", route: "/" }).add(9);
    await stream.next();
    assertEquals(rows(), ["GET / 3", "GET /new 1", "PUT / 9"]);
  });

  it("sends what is beyond maxSeries as one series of its own", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    for (let n = 0; n < 105; n++) {
      metrics.requests.labels({ method: "GET", route: `/${n}` }).add();
    }
    await using stream = await Stream.open(handler, "m=requests");
    const series = stream.model.series!;
    assertEquals(series.ids.length, 101);
    assertEquals(series.value(0, series.overflow), 5);
    assertEquals(series.label(0, series.overflow), undefined);
    assertEquals(stream.model.self.overflowed, { requests: 5 });
  });

  it("sends quantiles that are those of the library, and bins for the heat map", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    await using stream = await Stream.open(handler, "m=latency");
    await stream.next();
    const recorded: number[] = [];
    for (let n = 1; n <= 1000; n++) {
      metrics.latency.record(n / 1000);
      recorded.push(n / 1000);
    }
    await stream.next();
    const model = stream.model;
    const value = stats.metrics.latency.read();
    const wanted = [0.5, 0.9, 0.99, 0.999].map((q) => value.quantile(q));
    model.windowQ.slice(0, 4).forEach((q, i) => assertAlmostEquals(q, wanted[i], wanted[i] * 1e-5));
    assertAlmostEquals(model.windowQ[4], 1, 1e-5);
    const counted = model.cells.reduce(
      (all, column) => all + column.reduce((a, b) => a + b),
      0,
    );
    assertEquals(counted, 1000);
    const { bounds } = model.byName.get("latency")!.info;
    const column = model.cells[model.cells.length - 1];
    recorded.forEach((x) => {
      // A drawn bin is a third of a doubling wide.
      const bin = bounds!.findIndex((bound) => x <= bound! * 1.01);
      assert(column[bin] + column[bin + 1] > 0);
    });
  });

  it("tells what each thread did of the open metric, and of the open thread's metrics", async () => {
    const { stats, handler } = open();
    const one = stats.registerThread("one").metrics;
    const two = ThreadStats.attach(schema, stats.handle).registerThread("two").metrics;
    await using metric = await Stream.open(handler, "m=packets");
    await using thread = await Stream.open(handler, "at=1");
    one.packets.add(30);
    two.packets.add(10);
    two.latency.record(1, 4);
    await metric.until(({ by }) => by[0] === 30);
    assertEquals(metric.model.by, [30, 10]);
    await thread.until(({ thread }) => thread[0]?.[1] === 40);
    assertEquals(thread.model.thread[0], [10, 40]);
    assertEquals(thread.model.thread[3], [4, 4]);
    assertEquals(thread.model.done, [30, 14]);
  });

  it("sends all anew when a metric was cleared", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    metrics.packets.add(5);
    await using stream = await Stream.open(handler);
    await stream.next();
    stats.metrics.packets.clear();
    metrics.packets.add(2);
    const { event } = await stream.next();
    assertEquals(event, "full");
    assertEquals(stream.model.byName.get("packets")!.totals, [2]);
    assertEquals(stream.model.full.clears.packets.length, 1);
    assertEquals((await stream.next()).event, "delta");
  });

  it("gives a page that comes back the lines of the time before", async () => {
    const { stats, handler } = open();
    const { metrics } = stats.registerThread("one");
    const known = (stream: Stream) =>
      stream.model.byName.get("packets")!.rings[0].values().filter(
        Number.isFinite,
      ).length;
    {
      await using first = await Stream.open(handler);
      for (let n = 0; n < 12; n++) {
        metrics.packets.add(100);
        await first.next();
      }
    }
    await using second = await Stream.open(handler);
    assert(known(second) >= 1);
    const { points } = second.model.full.metrics[0];
    assert(points[0].some((x) => x !== null && x > 0));
  });

  it("is made once for all who ask for the same", async () => {
    const stats = ThreadStats.create(schema);
    let snapshots = 0;
    const handler = dashboardHandler({
      snapshot: (given) => {
        snapshots++;
        return stats.snapshot(given);
      },
    }, options);
    await using first = await Stream.open(handler);
    await using second = await Stream.open(handler);
    await using other = await Stream.open(handler, "m=packets&w=300");
    const before = snapshots;
    for (let n = 0; n < 5; n++) {
      await Promise.all([first.next(), second.next(), other.next()]);
    }
    assertEquals(first.model.n, second.model.n);
    assert(
      snapshots - before >= 4 && snapshots - before <= 6,
      `${snapshots - before}`,
    );
    assertEquals([first.model.full.window, other.model.full.window], [60, 300]);
  });

  it("keeps 10,000 series within its budget", async () => {
    const wide = defineSchema({
      requests: counter({
        labels: ["method", "route", "tenant"],
        maxSeries: 10_000,
      }),
    });
    const stats = ThreadStats.create(wide);
    const { metrics } = stats.registerThread("one");
    const series = Array.from(
      { length: 10_000 },
      (_, n) =>
        metrics.requests.labels({
          method: ["GET", "POST", "PUT"][n % 3],
          route: `/api/things/${n % 40}`,
          tenant: `t-${n % 2500}`,
        }),
    );
    const handler = dashboardHandler(stats, options);
    await using stream = await Stream.open(handler, "m=requests");
    const full = JSON.stringify(stream.model.full).length;
    assertLess(full, 150_000);
    assertEquals(stream.model.series!.ids.length, 10_000);
    for (let n = 0; n < 4400; n++) series[n * 2].add(1 + n % 9);
    const { size } = await stream.next();
    assertLess(size, 25_000);
    assertEquals(stream.model.byName.get("requests")!.totals, [
      stats.metrics.requests.series()
        .reduce((all, { value }) => all + value, 0),
    ]);
  });

  it("sends the 10,000 that are asked for, of more, and says how many are left out", async () => {
    const wide = defineSchema({
      hits: counter({ labels: ["n"], maxSeries: 12_000 }),
    });
    const stats = ThreadStats.create(wide, { maxThreads: 2 });
    const { metrics } = stats.registerThread("one");
    const series = Array.from(
      { length: 11_000 },
      (_, n) => metrics.hits.labels({ n: `n${n}` }),
    );
    const handler = dashboardHandler(stats, options);
    {
      await using first = await Stream.open(handler);
      await first.next();
      for (let n = 500; n < 11_000; n++) series[n].add(n);
      await first.next();
    }
    await using stream = await Stream.open(handler, "m=hits");
    assertEquals([stream.model.series!.ids.length, stream.model.cut], [
      10_000,
      1000,
    ]);
    assert(
      !stream.model.series!.ids.includes(0),
      "those without a rate are left out",
    );
    await using found = await Stream.open(handler, "m=hits&q=n1");
    const { series: rows } = found.model;
    assert(rows!.ids.every((id) => rows!.label(0, id)!.startsWith("n1")));
    assertEquals(rows!.ids.length, 2111);
  });
});

describe("threads in the stream", () => {
  it("are moving, silent, stuck, idle, retired, revoked or reserved by what they change", async () => {
    const { stats, handler } = open();
    const seat = stats.reserveThread("killed");
    ThreadStats.attach(schema, seat.handle).registerThread().metrics.packets
      .add();
    stats.reserveThread("reserved");
    const left = stats.registerThread("left");
    const busy = stats.registerThread("busy").metrics;
    const quiet = stats.registerThread("quiet").metrics;
    const lively = stats.registerThread("lively").metrics;
    const timer = setInterval(() => lively.packets.add(), 20);
    try {
      await using stream = await Stream.open(handler);
      busy.packets.add();
      busy.inProgress.set(1);
      quiet.packets.add();
      const conditions = () =>
        Object.fromEntries(
          stream.model.threads.map(({ name, condition }) => [name, condition]),
        );
      await stream.until(() => conditions().quiet === "moving");
      left.unregister();
      seat.revoke();
      await stream.until(() => conditions().busy === "stuck", 60);
      await stream.until(() => conditions().quiet === "silent", 10);
      assertEquals(conditions(), {
        killed: "revoked",
        reserved: "reserved",
        left: "retired",
        busy: "stuck",
        quiet: "silent",
        lively: "moving",
      });
      const { threads, at } = stream.model;
      const stuck = threads.find(({ name }) => name === "busy")!;
      assert(at - stuck.last >= 2000 && at - stuck.last < 10_000);
      assertEquals(stuck.busy, 1);
      const killed = threads.find(({ name }) => name === "killed")!;
      assert(killed.since > 0 && killed.since <= at);
      quiet.packets.add();
      busy.packets.add();
      await stream.until(() => conditions().quiet === "moving" && conditions().busy === "moving");
      // A break that it has had before makes it idle, not silent.
      await stream.until(() => conditions().quiet === "idle", 60);
    } finally {
      clearInterval(timer);
    }
  });

  it("have work in progress by the gauges that busyWhen names", async () => {
    const named = defineSchema({ depth: gauge(), hits: counter() });
    const stats = ThreadStats.create(named);
    const { metrics } = stats.registerThread("one");
    metrics.hits.add();
    metrics.depth.set(2);
    await using without = await Stream.open(dashboardHandler(stats, options));
    await using withIt = await Stream.open(
      dashboardHandler(stats, { ...options, busyWhen: "depth" }),
    );
    assertEquals(
      [without.model.threads[0].busy, withIt.model.threads[0].busy],
      [0, 2],
    );
  });

  it("have work in progress by gauges that are defined later, too", async () => {
    const stats = ThreadStats.create(defineSchema({ hits: counter() }));
    const thread = stats.registerThread("one");
    await using stream = await Stream.open(dashboardHandler(stats, options));
    const more = stats.extend(defineSchema({ jobsInProgress: gauge() }));
    thread.extend(more).metrics.jobsInProgress.set(3);
    await stream.until(({ threads }) => threads[0].busy === 3);
  });
});
