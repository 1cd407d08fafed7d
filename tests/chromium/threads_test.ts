import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { serve, type Server } from "../../examples/browser/server.ts";
import { Browser, isBrowserMissing, type OpenedPage } from "../dashboard/browser.ts";

/** The library, in a page and in the workers that it makes of texts. */
const LIBRARY = `
  const library = location.origin === "null" || location.protocol === "blob:"
    ? new URL(location.href.slice(5)).origin + "/mod.ts" : "/mod.ts";
  const { counter, defineSchema, ThreadStats } = await import(library);
  const schema = defineSchema({ jobs: counter() });
`;

/** Runs a text as a worker, and gives what it says first. */
const RUN_WORKER = `
  function runWorker(text, message) {
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    const worker = new Worker(url, { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data === "ready") worker.postMessage(message);
        else resolve(data);
      };
      worker.onerror = (event) => reject(new Error(event.message));
    });
  }
`;

/** What a text, as the body of an async function, returns in a page. */
async function evaluate<Result>({ page }: OpenedPage, text: string): Promise<Result> {
  return await page.evaluate(`(async () => { ${LIBRARY} ${RUN_WORKER} ${text} })()`) as Result;
}

/** A worker that takes one message. */
const worker = (body: string) =>
  JSON.stringify(`${LIBRARY} onmessage = async ({ data }) => { ${body} }; postMessage("ready");`);

// What runs is Chromium: one runtime is enough to drive it.
const ignore = isBrowserMissing || !("Deno" in globalThis);

describe("threads in a browser", { ignore }, () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    server = await serve({ port: 0, isIsolated: true });
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });
  /** A file of the server that runs nothing. */
  const open = () => browser.open(`${server.url}examples/browser/style.css`);

  it("join() gives a page one memory, which its workers attach to", async () => {
    await using opened = await open();
    const counted = await evaluate(
      opened,
      `const stats = await ThreadStats.join("page", schema);
      const same = ThreadStats.joinSync("page", schema);
      stats.registerThread("page").metrics.jobs.add(1);
      const count = ${
        worker(
          `ThreadStats.attach(schema, data).registerThread("worker").metrics.jobs.add(10);
          postMessage("counted");`,
        )
      };
      await Promise.all([runWorker(count, stats.handle), runWorker(count, stats.handle)]);
      return [same.metrics.jobs.read(), stats.threads().map(({ name }) => name)];`,
    );
    assertEquals(counted, [21, ["page", "worker", "worker"]]);
  });

  it("join() of two pages gives each a memory of its own", async () => {
    const join = `const stats = await ThreadStats.join("page", schema);
      stats.registerThread("page").metrics.jobs.add(1);
      return stats.metrics.jobs.read();`;
    await using one = await open();
    await using other = await open();
    assertEquals([await evaluate(one, join), await evaluate(other, join)], [1, 1]);
  });

  it("join() and joinSync() tell a worker to attach", async () => {
    await using opened = await open();
    for (const how of ["await ThreadStats.join", "ThreadStats.joinSync"]) {
      const said = await evaluate<string>(
        opened,
        `await ThreadStats.join("page", schema);
        return await runWorker(${
          worker(`try { ${how}("page", schema); } catch (error) { postMessage(error.message); }`)
        });`,
      );
      assertStringIncludes(said, "a worker in a browser has to attach to the handle");
    }
  });

  it("revoke() fences a worker that was terminated, or hangs", async () => {
    await using opened = await open();
    const said = await evaluate(
      opened,
      `const stats = ThreadStats.create(schema);
      const seat = stats.reserveThread("worker");
      const ended = runWorker(${
        worker(
          `const { jobs } = ThreadStats.attach(schema, data).registerThread().metrics;
          try { for (;;) jobs.add(); } catch (error) { postMessage(error.name); }`,
        )
      }, seat.handle);
      while (stats.metrics.jobs.read() < 1000) await new Promise((resolve) => setTimeout(resolve, 5));
      seat.revoke();
      return [await ended, stats.threads()[0].state];`,
    );
    assertEquals(said, ["StaleThreadError", "revoked"]);
  });

  it("dashboardHandler() says what it needs of the page to draw", async () => {
    await using opened = await open();
    const said = await evaluate<string>(
      opened,
      `const { dashboardHandler } = await import("/src/dashboard/mod.ts");
      const handler = dashboardHandler(ThreadStats.create(schema));
      return await handler(new Request("http://localhost/")).catch((error) => error.message);`,
    );
    assertStringIncludes(said, "Cannot serve the page: the import map of this document must tell");
  });
});
