import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { assertLive, dataOf } from "../live.ts";
import { load, type Shot } from "./load.ts";
import { difference, type Samples, sumBy } from "./samples.ts";
import { runServer, type ServerProcess, startServer } from "./server_process.ts";
import { hasWrk, runWrk } from "./wrk.ts";

/** What `wrk.lua` sends, too. */
const PLAN: readonly Shot[] = [
  { method: "GET", path: "" },
  { method: "GET", path: "hash?n=20" },
  { method: "POST", path: "echo", body: "twenty bytes of body" },
  { method: "GET", path: "nothing" },
  { method: "DELETE", path: "" },
];
const AMOUNT = 500;
const EACH = AMOUNT / PLAN.length;

const answersIn = (samples: Samples) =>
  sumBy(samples, "http_requests_total", ({ method, status }) => `${method} ${status}`);
const statusesIn = (samples: Samples) =>
  sumBy(samples, "http_requests_total", ({ status }) => status);

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort();
}

/** What must hold of requests that have all been answered. */
function assertSettled(samples: Samples, requests: number): void {
  assertEquals(samples.get("http_request_duration_seconds_count"), requests);
  assertEquals(samples.get('http_request_duration_seconds_bucket{le="+Inf"}'), requests);
  assertEquals(samples.get("http_requests_in_flight"), 0);
}

describe("main.ts with two workers", () => {
  // One server for all of these: to start three threads takes longer than the requests.
  let server: ServerProcess;
  let before: Samples;
  beforeAll(async () => {
    server = await startServer(["--workers=2", "--crash"]);
  });
  afterAll(async () => {
    await server.stop();
  });
  beforeEach(async () => {
    before = await server.scrape();
  });

  it("main.ts shows its threads on a live page, and does not count who looks", async () => {
    const url = `${server.url}live/`;
    await assertLive(url, "http_server");
    assertEquals((await fetch(`${server.url}hash?n=1`)).status, 200);
    const { threads, metrics } = await dataOf(url);
    const names = threads.map(({ name }: { name: string }) => name).sort();
    assertEquals(names, ["main", "worker-1", "worker-2"]);
    const counted = difference(await server.scrape(), before);
    assertEquals(answersIn(counted), { "GET 200": 1 });
    assertEquals(metrics.httpRequests.kind, "counter");
    // For pages that would have found a name for this address.
    const foreign = await fetch(url, { headers: { origin: "http://evil.example" } });
    await foreign.body?.cancel();
    assertEquals(foreign.status, 403);
  });

  it("main.ts counts by method and status exactly what a client saw", async () => {
    const answers = await load(server.url, PLAN, { amount: AMOUNT });
    const counted = difference(await server.scrape(), before);
    assertEquals(sorted(answersIn(counted)), sorted(answers));
    assertEquals(sorted(answers), [
      ["DELETE 405", EACH],
      ["GET 200", 2 * EACH],
      ["GET 404", EACH],
      ["POST 200", EACH],
    ]);
    assertSettled(counted, AMOUNT);
    assertEquals(counted.get("http_request_body_size_bytes_sum"), 20 * EACH);
    assertEquals(counted.get('http_request_body_size_bytes_bucket{le="100"}'), EACH);
  });

  it("main.ts counts exactly what wrk counted", async () => {
    if (!hasWrk()) {
      console.log("wrk is not installed: only the client of these tests has loaded the server");
      return;
    }
    const { requests, failed, statuses } = await runWrk(server.url, 2 * AMOUNT);
    assertEquals([requests, failed], [2 * AMOUNT, 0]);
    const counted = difference(await server.scrape(), before);
    assertEquals(sorted(statusesIn(counted)), sorted(statuses));
    assertEquals(sorted(statuses), [["200", 6 * EACH], ["404", 2 * EACH], ["405", 2 * EACH]]);
    assertSettled(counted, 2 * AMOUNT);
  });

  it("main.ts loses no count of workers that die under load", async () => {
    const round = Array.from({ length: 20 }, () => PLAN).flat();
    const plan = [...round, { method: "GET", path: "crash" }, ...round];
    const amount = 2 * plan.length;
    const answers = await load(server.url, plan, { amount });
    const after = await server.until((samples) => samples.get("workers_died_total") === 2);
    const counted = difference(after, before);
    // Each crash is answered with 502, as is all else that the worker had in hand.
    assertEquals(sorted(answersIn(counted)), sorted(answers));
    assert(answers["GET 502"] >= 2);
    assertSettled(counted, amount);
  });

  it("main.ts ends at SIGINT", async () => {
    const { status, stdout } = await server.stop("SIGINT");
    assertEquals(status, 0);
    assertMatch(stdout, /^http:\/\/127\.0\.0\.1:\d+\/\n/);
  });
});

describe("main.ts with one worker", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(["--workers=1", "--crash"]);
  });
  afterAll(async () => {
    await server.stop();
  });

  it("main.ts replaces a worker that died, and has its requests in flight no more", async () => {
    const { url } = server;
    const sleepers = Array.from({ length: 3 }, () => fetch(`${url}sleep?ms=60000`));
    await server.until((samples) => samples.get("http_requests_in_flight") === 3);
    const crash = await fetch(`${url}crash`);
    for (const response of [crash, ...await Promise.all(sleepers)]) {
      assertEquals(response.status, 502);
      assertEquals(await response.text(), "The worker died that had this request\n");
    }
    assertEquals(await (await fetch(url)).text(), "Hello from worker-1\n");
    const samples = await server.scrape();
    assertEquals(sorted(answersIn(samples)), [["GET 200", 1], ["GET 502", 4]]);
    assertSettled(samples, 5);
  });

  it("main.ts answers what it has in hand when it is asked to end, and then ends", async () => {
    const sleeper = fetch(`${server.url}sleep?ms=300`);
    await server.until((samples) => samples.get("http_requests_in_flight") === 1);
    const ending = server.stop("SIGTERM");
    const response = await sleeper;
    assertEquals([response.status, await response.text()], [200, "Awake\n"]);
    const { status, stderr } = await ending;
    assertEquals(status, 0);
    assertMatch(stderr, /^serve: worker-1 died: Error: .*GET \/crash/m);
  });
});

describe("main.ts that cannot serve", () => {
  it("main.ts explains wrong arguments", async () => {
    const { status, stdout, stderr } = await runServer(["--workers=0"]);
    assertEquals([status, stdout], [2, ""]);
    assertMatch(stderr, /^serve: Cannot start workers: [^]*\n\nUsage: serve /);
  });
});
