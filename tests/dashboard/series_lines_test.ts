import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { dashboardHandler } from "../../src/dashboard/mod.ts";
import { lineLoader } from "../../src/dashboard/shared/series_lines.ts";
import { listen } from "../support/listen.ts";
import { until } from "../support/until.ts";
import { shopSchema } from "./shop.ts";
import { Stream } from "./stream.ts";

describe("lineLoader()", () => {
  it("asks once for the lines of series in sight, at the address and with the headers given", async () => {
    const stats = ThreadStats.create(shopSchema);
    const { requests } = stats.registerThread("main").metrics;
    requests.labels({ method: "GET", status: "200" }).add(5);
    requests.labels({ method: "GET", status: "503" }).add(1);
    const handler = dashboardHandler(stats, { path: "/live", intervalMs: 100 });
    const asked: string[] = [];
    await using server = await listen((request) => {
      const { searchParams } = new URL(request.url);
      asked.push(`${request.headers.get("authorization")} ${searchParams.get("ids")}`);
      return handler(request);
    });
    await using stream = await Stream.open(handler, "m=requests");
    await stream.next();
    const known = stream.model.series!;
    let loads = 0;
    const loader = lineLoader({
      ...{ metric: "requests", series: () => known, loaded: () => loads++ },
      ...{ base: `${server.url}live/`, headers: { authorization: "Bearer a" } },
    });
    const [first, second] = known.ids;
    assertEquals(known.line(first), undefined);
    loader.inSight([first]);
    loader.inSight([first, second]); // before the rows have stood still
    await until(() => loads === 1);
    assertEquals(asked, [`Bearer a ${first},${second}`]);
    const lines = [first, second].map((id) => known.line(id)!);
    assert(lines.every((line) => line.length === 60 && line.some(Number.isFinite)));
    loader.ask(first); // known
    loader.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals([asked.length, loads], [1, 1]);
  });

  it("asks for nothing where there are no series, and bears a server that is gone", async () => {
    const fail = () => {
      throw new Error("nothing has come");
    };
    const source = { metric: "requests", loaded: fail, base: "http://127.0.0.1:1/" };
    lineLoader({ ...source, series: () => undefined }).ask(1);
    const stats = ThreadStats.create(shopSchema);
    stats.registerThread("main").metrics.requests.labels({ method: "GET", status: "200" }).add(5);
    await using stream = await Stream.open(
      dashboardHandler(stats, { path: "/live" }),
      "m=requests",
    );
    const known = stream.model.series!;
    lineLoader({ ...source, series: () => known }).ask(known.ids[0]);
    assertEquals(known.line(known.ids[0])!.every(Number.isNaN), true);
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
});
