import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type AddressInfo, createServer } from "node:net";
import { load, type Shot } from "./load.ts";
import { difference, type Samples, sumBy } from "./samples.ts";
import { runServer, withServer } from "./server_process.ts";
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

/** What must hold between two moments at which no request is under way. */
function assertSettled(samples: Samples, requests: number): void {
  assertEquals(samples.get("http_request_duration_seconds_count"), requests);
  assertEquals(samples.get('http_request_duration_seconds_bucket{le="+Inf"}'), requests);
  assertEquals(samples.get("http_requests_in_flight"), 0);
}

describe("main.ts with two workers", () => {
  it("main.ts counts exactly what clients saw, also when workers die under load", async () => {
    await withServer(["--workers=2", "--crash"], async ({ url, scrape, until }) => {
      const empty = await scrape();
      const answers = await load(url, PLAN, { amount: AMOUNT });
      const loaded = await scrape();
      assertEquals(sorted(answersIn(loaded)), sorted(answers));
      assertEquals(sorted(answers), [
        ["DELETE 405", EACH],
        ["GET 200", 2 * EACH],
        ["GET 404", EACH],
        ["POST 200", EACH],
      ]);
      assertSettled(difference(loaded, empty), AMOUNT);
      assertEquals(loaded.get("http_request_body_size_bytes_sum"), 20 * EACH);
      assertEquals(loaded.get('http_request_body_size_bytes_bucket{le="100"}'), EACH);
      assertEquals(loaded.get('thread_stats_threads{state="active"}'), 3);

      const round = Array.from({ length: 20 }, () => PLAN).flat();
      const plan = [...round, { method: "GET", path: "crash" }, ...round];
      const amount = 3 * plan.length;
      const answersAndDeaths = await load(url, plan, { amount });
      const after = await until((samples) => samples.get("workers_replaced_total") === 3);
      // Each crash is answered with 502, as is all else that the worker had in hand.
      const crashed = difference(after, loaded);
      assertEquals(sorted(answersIn(crashed)), sorted(answersAndDeaths));
      assert(answersAndDeaths["GET 502"] >= 3);
      assertSettled(crashed, amount);
    });
  });

  it("main.ts counts exactly what wrk counted", async () => {
    if (!hasWrk()) {
      console.log("wrk is not installed: only the client of these tests has loaded the server");
      return;
    }
    await withServer(["--workers=2"], async ({ url, scrape }) => {
      const { requests, failed, statuses } = await runWrk(url, 4 * AMOUNT);
      assertEquals([requests, failed], [4 * AMOUNT, 0]);
      const samples = await scrape();
      assertEquals(sorted(statusesIn(samples)), sorted(statuses));
      assertEquals(sorted(statuses), [["200", 12 * EACH], ["404", 4 * EACH], ["405", 4 * EACH]]);
      assertSettled(samples, 4 * AMOUNT);
    });
  });
});

describe("main.ts with one worker", () => {
  it("main.ts replaces a worker that died, and has its requests in flight no more", async () => {
    await withServer(["--workers=1", "--crash"], async ({ url, until, stop }) => {
      const sleepers = Array.from({ length: 3 }, () => fetch(`${url}sleep?ms=60000`));
      await until((samples) => samples.get("http_requests_in_flight") === 3);
      const crash = await fetch(`${url}crash`);
      for (const response of [crash, ...await Promise.all(sleepers)]) {
        assertEquals(response.status, 502);
        assertEquals(await response.text(), "The worker died that had this request\n");
      }
      assertEquals(await (await fetch(url)).text(), "Hello from worker-1\n");
      const samples = await until(() => true);
      assertEquals(sorted(answersIn(samples)), [["GET 200", 1], ["GET 502", 4]]);
      assertSettled(samples, 5);
      const { status, stderr } = await stop("SIGINT");
      assertEquals(status, 0);
      assertMatch(stderr, /^serve: worker-1 died: Error: .*GET \/crash/m);
    });
  });

  it("main.ts answers what it has in hand when it is asked to end, and then ends", async () => {
    await withServer(["--workers=1"], async ({ url, until, stop }) => {
      const sleeper = fetch(`${url}sleep?ms=500`);
      await until((samples) => samples.get("http_requests_in_flight") === 1);
      const ending = stop("SIGTERM");
      const response = await sleeper;
      assertEquals([response.status, await response.text()], [200, "Awake\n"]);
      const { status, stdout, stderr } = await ending;
      assertEquals([status, stderr], [0, ""]);
      assertMatch(stdout, /^http:\/\/127\.0\.0\.1:\d+\/\n/);
    });
  });
});

describe("main.ts that cannot serve", () => {
  it("main.ts explains wrong arguments", async () => {
    const { status, stdout, stderr } = await runServer(["--workers=0"]);
    assertEquals([status, stdout], [2, ""]);
    assertMatch(stderr, /^serve: Cannot start workers: [^]*\n\nUsage: serve /);
  });

  it("main.ts names a port that is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = await runServer([`--port=${port}`, "--workers=1"]);
    await new Promise((resolve) => other.close(resolve));
    assertEquals([status, stdout], [1, ""]);
    assertMatch(stderr, /^serve: .*in use/i);
  });
});
