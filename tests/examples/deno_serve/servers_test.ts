import { assert, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { fileURLToPath } from "node:url";
import { runtime } from "../../stress/scale.ts";
import { type ServerProgram, startServerProgram } from "../../support/server_program.ts";
import { load } from "../http_server/load.ts";
import { difference, type Samples, samplesIn, sumBy } from "../http_server/samples.ts";
import { hasWrk, runWrk } from "../http_server/wrk.ts";

const THREADS = 4;
const SCRAPES = 200;
/** As those of `wrk.lua`. */
const PLAN = [
  { method: "GET", path: "" },
  { method: "GET", path: "nothing" },
  { method: "POST", path: "echo", body: "twenty bytes of body" },
];

const pathOf = (name: string) =>
  fileURLToPath(new URL(`../../../examples/deno_serve/${name}.ts`, import.meta.url));

/** Starts the example; on Deno without a permission but that to listen. */
function start(): Promise<ServerProgram> {
  if (runtime !== "deno") {
    return startServerProgram((port) => [pathOf(runtime), `${port}`, `${THREADS}`]);
  }
  const flags = ["--no-prompt", "--no-check", "--no-lock", "--parallel", "--host=127.0.0.1"];
  return startServerProgram((port) => ["serve", ...flags, `--port=${port}`, pathOf("main")], {
    DENO_JOBS: `${THREADS}`,
  });
}

async function scrape(server: ServerProgram): Promise<Samples> {
  return samplesIn(await server.get("metrics"));
}

const isCounter = (name: string) => /_(total|count|sum|bucket)(\{|$)/.test(name);
const statusesIn = (samples: Samples) =>
  sumBy(samples, "http_requests_total", ({ status }) => status);

/** What a client sends, and how many answers of each status it gets. */
async function sendLoad(url: string): Promise<Record<string, number>> {
  if (hasWrk()) {
    const { requests, failed, statuses } = await runWrk(url, 5_000);
    assertEquals([requests, failed], [5_000, 0]);
    return statuses;
  }
  console.log("wrk is not installed: the client of these tests loads the server");
  const statuses: Record<string, number> = {};
  for (const [answer, count] of Object.entries(await load(url, PLAN, { amount: 3000 }))) {
    const [, status] = answer.split(" ");
    statuses[status] = (statuses[status] ?? 0) + count;
  }
  return statuses;
}

describe(`examples/deno_serve with ${THREADS} threads`, () => {
  let server: ServerProgram;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.kill());

  it("has an answer from each of them", async () => {
    const greetings = new Set<string>();
    // A worker that has not begun to listen gets no connection.
    for (let n = 0; n < 10_000 && greetings.size < THREADS; n++) {
      greetings.add(await server.get(""));
    }
    assertEquals(greetings.size, THREADS, [...greetings].join(""));
  });

  it("has the totals of all in each, equal to the client's, and none ever falls", async () => {
    const before = await scrape(server);
    let isLoaded = false;
    const loading = sendLoad(server.url).finally(() => isLoaded = true);
    let last = before;
    let scrapes = 0;
    for (; scrapes < SCRAPES || !isLoaded; scrapes++) {
      const next = await scrape(server);
      for (const [name, value] of last) {
        if (isCounter(name)) assert(next.get(name)! >= value, `${name}: ${value}, then less`);
      }
      last = next;
    }
    const statuses = await loading;
    const sent = Object.values(statuses).reduce((sum, count) => sum + count);
    // As many scrapes as all of them get some.
    for (let n = 0; n < 8 * THREADS; n++) {
      const counted = difference(await scrape(server), before);
      assertEquals(Object.entries(statusesIn(counted)).sort(), Object.entries(statuses).sort());
      assertEquals(counted.get("http_request_duration_seconds_count"), sent);
      assertEquals(counted.get("http_requests_in_flight"), 0);
    }
  });

  it("ends at the first Ctrl-C", async () => {
    const { status, output } = await server.interrupt();
    // Bun and Node die of the signal.
    assertEquals(status, runtime === "deno" ? 0 : null, output);
  });
});
