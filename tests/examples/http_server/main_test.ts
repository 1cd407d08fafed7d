import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { load, type Shot } from "./load.ts";
import { type Samples, sumBy } from "./samples.ts";
import { runServer, withServer } from "./server_process.ts";
import { hasWrk, runWrk } from "./wrk.ts";

const PLAN: readonly Shot[] = [
  { method: "GET", path: "" },
  { method: "GET", path: "hash?n=20" },
  { method: "POST", path: "echo", body: "twenty bytes of body" },
  { method: "GET", path: "nothing" },
  { method: "DELETE", path: "" },
];
const AMOUNT = 2000;
const EACH = AMOUNT / PLAN.length;

const answersIn = (samples: Samples) =>
  sumBy(samples, "http_requests_total", ({ method, status }) => `${method} ${status}`);
const statusesIn = (samples: Samples) =>
  sumBy(samples, "http_requests_total", ({ status }) => status);

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort();
}

/** What must hold whenever all requests are answered. */
function assertSettled(samples: Samples, requests: number): void {
  assertEquals(samples.get("http_request_duration_seconds_count"), requests);
  assertEquals(samples.get('http_request_duration_seconds_bucket{le="+Inf"}'), requests);
  assertEquals(samples.get("http_requests_in_flight"), 0);
}

describe("main.ts counts", () => {
  it("main.ts counts by method and status exactly what a client saw", async () => {
    await withServer(["--workers=2"], async ({ url, scrape }) => {
      const answers = await load(url, PLAN, { amount: AMOUNT });
      const samples = await scrape();
      assertEquals(sorted(answersIn(samples)), sorted(answers));
      assertEquals(sorted(answers), [
        ["DELETE 405", EACH],
        ["GET 200", 2 * EACH],
        ["GET 404", EACH],
        ["POST 200", EACH],
      ]);
      assertSettled(samples, AMOUNT);
      assertEquals(samples.get("http_request_body_size_bytes_sum"), 20 * EACH);
      assertEquals(samples.get('http_request_body_size_bytes_bucket{le="100"}'), EACH);
      assertEquals(samples.get('thread_stats_threads{state="active"}'), 3);
    });
  });

  it("main.ts counts exactly what wrk counted", async () => {
    if (!hasWrk()) {
      console.log("wrk is not installed: only the client of these tests has loaded the server");
      return;
    }
    await withServer(["--workers=2"], async ({ url, scrape }) => {
      const { requests, failed, statuses } = await runWrk(url, AMOUNT);
      assertEquals([requests, failed], [AMOUNT, 0]);
      const samples = await scrape();
      assertEquals(sorted(statusesIn(samples)), sorted(statuses));
      assertEquals(sorted(statuses), [["200", 3 * EACH], ["404", EACH], ["405", EACH]]);
      assertSettled(samples, AMOUNT);
    });
  });
});

describe("main.ts workers", () => {
  it("main.ts loses no count of a worker that dies under load, and replaces it", async () => {
    await withServer(["--workers=2", "--crash"], async ({ url, scrape, until }) => {
      const round = Array.from({ length: 40 }, () => PLAN).flat();
      const plan = [...round, { method: "GET", path: "crash" }, ...round];
      const amount = 3 * plan.length;
      const answers = await load(url, plan, { amount });
      const samples = await until((samples) => samples.get("workers_replaced_total") === 3);
      // Each crash is answered with 502, as is all else that the worker had in hand.
      assertEquals(sorted(answersIn(samples)), sorted(answers));
      assert(answers["GET 502"] >= 3);
      assertSettled(samples, amount);

      assertEquals(await load(url, PLAN, { amount: 100 }), {
        "GET 200": 40,
        "POST 200": 20,
        "GET 404": 20,
        "DELETE 405": 20,
      });
      assertSettled(await scrape(), amount + 100);
    });
  });

  it("main.ts has no request in flight any more of a worker that died", async () => {
    await withServer(["--workers=1", "--crash"], async ({ url, until }) => {
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
    });
  });
});

describe("main.ts ends", () => {
  it("main.ts answers what it has in hand when it is asked to end, and then ends", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await withServer(["--workers=1"], async ({ url, until, stop }) => {
        const sleeper = fetch(`${url}sleep?ms=500`);
        await until((samples) => samples.get("http_requests_in_flight") === 1);
        const ending = stop(signal);
        const response = await sleeper;
        assertEquals([response.status, await response.text()], [200, "Awake\n"]);
        const { status, stdout, stderr } = await ending;
        assertEquals([status, stderr], [0, ""]);
        assertMatch(stdout, /^http:\/\/127\.0\.0\.1:\d+\/\n/);
      });
    }
  });

  it("main.ts explains wrong arguments and a port that is taken", async () => {
    const wrong = await runServer(["--workers=0"]);
    assertEquals([wrong.status, wrong.stdout], [2, ""]);
    assertMatch(wrong.stderr, /^serve: Cannot start workers: [^]*\n\nUsage: serve /);
    await withServer(["--workers=1"], async ({ url }) => {
      const taken = await runServer([`--port=${new URL(url).port}`, "--workers=1"]);
      assertEquals([taken.status, taken.stdout], [1, ""]);
      assertMatch(taken.stderr, /^serve: .*in use/i);
    });
  });
});
