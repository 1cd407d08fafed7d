import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runtime } from "../stress/scale.ts";
import { type ServerProgram, startServerProgram } from "../support/server_program.ts";
import { until } from "../support/until.ts";
import { samplesIn, sumBy } from "../examples/http_server/samples.ts";
import { recipes, removeRecipe, writeRecipe } from "./recipes/folder.ts";
import { programCommand, run, serverCommand } from "./recipes/commands.ts";

type Runtime = typeof runtime;
const everywhere: readonly Runtime[] = ["deno", "bun", "node"];

interface Case {
  readonly title: string;
  readonly runtimes: readonly Runtime[];
  /** What is started, if it is not `server.ts`. */
  readonly file?: string;
  /** Files of other recipes that it uses. */
  readonly borrowed?: readonly string[];
  /** The route of a path that no route has. */
  readonly none?: string;
}

/** The recipes that are servers. */
const servers: Readonly<Record<string, Case>> = {
  express: { title: "Express", runtimes: everywhere },
  fastify: { title: "Fastify", runtimes: everywhere },
  hono: {
    title: "Hono",
    runtimes: everywhere,
    file: runtime === "node" ? "node.ts" : "app.ts",
    none: "/*",
  },
  elysia: { title: "Elysia", runtimes: everywhere, file: `${runtime}.ts` },
  oak: { title: "Oak", runtimes: everywhere },
  deno_serve: { title: "Deno.serve", runtimes: ["deno"] },
  bun_serve: { title: "Bun.serve", runtimes: ["bun"] },
  node_http: { title: "node:http", runtimes: everywhere },
  deno_parallel: { title: "deno serve --parallel", runtimes: ["deno"], file: "main.ts" },
  bun_reuse_port: { title: "Bun with reusePort", runtimes: ["bun"], file: "main.ts" },
  piscina: { title: "piscina", runtimes: everywhere },
  tinypool: { title: "tinypool", runtimes: ["bun", "node"], borrowed: ["piscina/task.ts"] },
  cluster: {
    title: "node:cluster",
    runtimes: ["bun", "node"],
    file: "main.ts",
    borrowed: ["node_http/server.ts"],
  },
};

const PLAN = { "": 5, "users/7": 3, "users/8": 1, "nothing": 2 };
const SENT = 11;

/** What a scrape has of the requests, by route and status; and how many were timed. */
async function countsOf(server: ServerProgram) {
  const samples = samplesIn(await server.get("metrics"));
  const counted = sumBy(
    samples,
    "http_requests_total",
    ({ route, status }) => `${route} ${status}`,
  );
  return { counted, timed: samples.get("http_duration_seconds_count") };
}

async function sumOnPage(server: Pick<ServerProgram, "get">): Promise<number> {
  const data = await server.get("live/data?view=m&metric=httpRequests&format=json");
  const { series } = JSON.parse(data) as { series: { value: number }[] };
  return series.reduce((sum, { value }) => sum + value, 0);
}

async function checkCounts(server: ServerProgram, none: string): Promise<void> {
  const expected = { "/ 200": 5, "/users/:id 200": 4, [`${none} 404`]: 2 };
  const sorted = (counted: object) => Object.entries(counted).sort();
  let last: Awaited<ReturnType<typeof countsOf>> = { counted: {}, timed: 0 };
  // A response may be counted some time after the client has it.
  await until(async () => {
    last = await countsOf(server);
    return last.timed === SENT;
  }).catch(() => {});
  assertEquals([sorted(last.counted), last.timed], [sorted(expected), SENT]);
  // The page takes a snapshot a second.
  await until(async () => await sumOnPage(server) === SENT, "the page has other counts");
}

for (
  const [recipe, { title, runtimes, file = "server.ts", borrowed, none }] of Object.entries(servers)
) {
  describe(`docs/recipes.md: ${title}`, { ignore: !runtimes.includes(runtime) }, () => {
    it("counts requests by route and status, for scrapes and on the page", async () => {
      const folder = writeRecipe(recipe, borrowed);
      let server: ServerProgram | undefined;
      try {
        const env = { DENO_JOBS: "2", STATS_FILE: `${folder}/shop.stats` };
        const isExported = /^export default/m.test(recipes.get(recipe)!.get(file)!);
        const options = { folder, readyPath: "metrics" };
        server = await startServerProgram(
          (port) => serverCommand(file, port, isExported),
          env,
          options,
        );
        for (const [path, times] of Object.entries(PLAN)) {
          for (let n = 0; n < times; n++) await server.get(path);
        }
        await checkCounts(server, none ?? "none");
      } finally {
        server?.kill();
        await server?.ended;
        removeRecipe(folder);
      }
    });
  });
}

/** Runs a body with a recipe's folder. */
async function inRecipe(
  recipe: string,
  borrowed: readonly string[],
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = writeRecipe(recipe, borrowed);
  try {
    await body(folder);
  } finally {
    removeRecipe(folder);
  }
}

describe("docs/recipes.md: node:cluster, one file", { ignore: runtime === "deno" }, () => {
  it("has the counts of all processes in the primary, for scrapes and on the page", () =>
    inRecipe("cluster", ["node_http/server.ts"], async (folder) => {
      const options = { folder, readyPath: "metrics" };
      const env = { STATS_FILE: `${folder}/shop.stats` };
      const server = await startServerProgram(() => programCommand("main.ts"), env, options);
      try {
        for (let n = 0; n < SENT; n++) await server.get("");
        const primary = `http://127.0.0.1:${Number(new URL(server.url).port) + 1}`;
        const get = async (path: string) => await (await fetch(`${primary}/${path}`)).text();
        // It listens after its workers.
        await until(() => get("metrics").then(() => true, () => false));
        await until(async () =>
          samplesIn(await get("metrics")).get("http_duration_seconds_count") === SENT
        );
        await until(async () => await sumOnPage({ get }) === SENT);
      } finally {
        server.kill();
        await server.ended;
      }
    }));
});

describe("docs/recipes.md: node:cluster, one scrape each", { ignore: runtime === "deno" }, () => {
  it("counts in each process what it answers", () =>
    inRecipe("cluster_scrapes", ["node_http/server.ts"], async (folder) => {
      const options = { folder, readyPath: "metrics" };
      const server = await startServerProgram(() => programCommand("main.ts"), {}, options);
      try {
        const { port } = new URL(server.url);
        const timedBy = async (n: number) => {
          const response = await fetch(`http://127.0.0.1:${Number(port) + n}/metrics`);
          return samplesIn(await response.text()).get("http_duration_seconds_count") ?? 0;
        };
        // All of them listen.
        await until(() => Promise.all([1, 2].map(timedBy)).then(() => true, () => false));
        for (let n = 0; n < SENT; n++) await server.get("");
        await until(async () => {
          const timed = await Promise.all([1, 2].map(timedBy));
          return timed.reduce((sum, count) => sum + count) === SENT;
        });
      } finally {
        server.kill();
        await server.ended;
      }
    }));
});

describe("docs/recipes.md: test runners", () => {
  it(
    "Vitest passes",
    { ignore: runtime !== "node" },
    () =>
      inRecipe("vitest", [], async (folder) => {
        const { status, output } = await run(folder, ["node_modules/vitest/vitest.mjs", "run"]);
        assertEquals(status, 0, output);
        assertMatch(output, /Tests +1 passed/);
      }),
  );

  it(
    "Jest passes with the same file but its first import",
    { ignore: runtime !== "node" },
    () =>
      inRecipe("vitest", [], async (folder) => {
        const file = join(folder, "shop.test.ts");
        const text = readFileSync(file, "utf8");
        writeFileSync(file, text.replace(/^import .* from "vitest";\n/m, ""));
        const project = new URL("../runners/project/", import.meta.url);
        for (const name of ["jest.config.mjs", "strip_types.mjs"]) {
          const config = readFileSync(new URL(name, project), "utf8");
          writeFileSync(join(folder, name), config.replace("*.spec.ts", "*.test.ts"));
        }
        const { status, output } = await run(folder, [
          ...["--experimental-vm-modules", "--no-warnings", "node_modules/jest/bin/jest.js"],
          ...["--config", "jest.config.mjs", "--no-cache", "--runInBand"],
        ]);
        assertEquals(status, 0, output);
        assertMatch(output, /Tests: +1 passed, 1 total/);
      }),
  );

  it(
    "bun test passes",
    { ignore: runtime !== "bun" },
    () =>
      inRecipe("vitest", [], async (folder) => {
        const { status, output } = await run(folder, ["test", "./shop.test.ts"]);
        assertEquals(status, 0, output);
        assertMatch(output, /^ *1 pass$/m);
      }),
  );

  it(
    "deno test passes",
    { ignore: runtime !== "deno" },
    () =>
      inRecipe("deno_test", [], async (folder) => {
        const { status, output } = await run(folder, ["test", "-A", "--no-check", "shop_test.ts"]);
        assertEquals(status, 0, output);
        assertMatch(output, /1 passed/);
      }),
  );
});

describe("docs/recipes.md: Serverless", () => {
  it("answers, counts, and pushes at its first request", () =>
    inRecipe("serverless", [], async (folder) => {
      const pushes: { method?: string; url?: string; body: string }[] = [];
      const gateway = createServer(async (request, response) => {
        let body = "";
        for await (const chunk of request) body += chunk;
        pushes.push({ method: request.method, url: request.url, body });
        response.end();
      });
      await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
      try {
        writeFileSync(
          join(folder, "call.ts"),
          `import { handler } from "./handler.ts";
          import { stats } from "./metrics.ts";
          const ask = (path: string) => handler(new Request("http://localhost" + path));
          const answers = [await ask("/"), await ask("/nothing"), await ask("/")];
          const { httpRequests, httpDuration } = stats.metrics;
          console.log(JSON.stringify([
            ...answers.map(({ status }) => status),
            httpRequests.read({ route: "/", status: "200" }),
            httpRequests.read({ route: "none", status: "404" }),
            httpDuration.read().count,
          ]));`,
        );
        const { port } = gateway.address() as AddressInfo;
        const env = { PUSHGATEWAY: `http://127.0.0.1:${port}` };
        const { status, output } = await run(folder, programCommand("call.ts"), env);
        assertEquals(status, 0, output);
        assertMatch(output, /^\[200,404,200,2,1,3\]$/m);
        assertEquals(pushes.length, 1);
        const [{ method, url = "", body }] = pushes;
        assertEquals(method, "PUT");
        assertMatch(url, /^\/metrics\/job\/shop\/instance\/[\w-]{36}$/);
        assertMatch(body, /^http_requests_total\{route="\/",status="200"\} 1$/m);
      } finally {
        gateway.closeAllConnections();
        gateway.close();
      }
    }));
});

describe("docs/recipes.md", () => {
  const others = ["shared", "cluster_scrapes", "vitest", "deno_test", "serverless"];

  it("has no recipe that is not tested", () => {
    assertEquals([...recipes.keys()].sort(), [...Object.keys(servers), ...others].sort());
    const page = readFileSync(new URL("../../docs/recipes.md", import.meta.url), "utf8");
    assertEquals(
      page.match(/^```ts/gm)!.length,
      [...recipes.values()].flatMap((files) => [...files]).length,
    );
  });

  it("has no program of more than 32 lines", () => {
    for (const [recipe, files] of recipes) {
      for (const [file, text] of files) {
        const { length } = text.trimEnd().split("\n");
        assert(length <= 32, `${recipe}/${file} has ${length} lines`);
      }
    }
  });
});
