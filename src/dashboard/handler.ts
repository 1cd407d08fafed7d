/**
 * The page, as a handler of requests.
 *
 * @module
 */
import { targetOf } from "../http/request_target.ts";
import type { About } from "./channel.ts";
import { type Assets, loadAssets } from "./assets.ts";
import { dataJson, dataText } from "./data.ts";
import { Exposition, isExposition } from "./exposition.ts";
import { plainText, refusalOf, SECURITY_HEADERS } from "./guard.ts";
import {
  type CheckedOptions,
  checkOptions,
  type DashboardOptions,
  type DashboardSource,
} from "./options.ts";
import { Sampler } from "./sampler.ts";
import { toPoints } from "./shared/ring.ts";
import { Streams } from "./streams.ts";

/** How many names an answer lists. */
const NAMES_SHOWN = 20;
/** So many series' lines can be asked for at a time. */
const MOST_POINTS = 100;
/** A search that is longer is cut: it costs time for each series. */
const LONGEST_SEARCH = 500;

/** Where a request goes below the mount path. */
type Route = "page" | "events" | "points" | "data" | "slash" | "none" | `assets/${string}`;

/**
 * Makes a handler that answers with a live page of a program's threads and metrics: for
 * `Deno.serve`, `Bun.serve`, Hono and all that speak in `Request` and `Response`. It opens no port,
 * loads nothing from elsewhere and changes nothing: all that it does is read.
 *
 * Mount it under any path: the addresses in the page are relative. All pages that look share one
 * snapshot an interval; while none does, and for 10 s after the last one has left, no snapshot is
 * taken.
 *
 * | below the path | is |
 * | --- | --- |
 * | nothing | the page |
 * | `events?w=60&m=requests` | the stream of events that the page reads |
 * | `points?m=requests&ids=3,17` | the last 60 intervals of at most 100 series |
 * | `data?view=..&metric=..&q=..&sort=..&format=text` | what a view shows, as text or JSON: for `curl` and scripts |
 * | `data?format=prometheus` | what `prometheusHandler` makes of the same statistics, all or one metric; also `openmetrics` |
 *
 * By default only requests for this machine's own names (`localhost`, `127.0.0.1`, `[::1]`) are
 * answered, and none that other web pages make. Behind a public name, give that in `hosts`, and say
 * in `authorize` who may read.
 *
 * Cost: a snapshot an interval, and a message for each distinct view that is looked at. Memory:
 * about 2 MB for each log-linear histogram, 300 bytes for each series.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param options Where it is mounted, what it is called, who may read it.
 * @returns The handler.
 * @throws {TypeError} When an argument has the wrong shape.
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { dashboardHandler } from "@x/thread-stats/dashboard";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
 * stats.registerThread("main").metrics.jobs.add(3);
 *
 * const handler = dashboardHandler(stats, { path: "/live", title: "shop" }); // Deno.serve(handler)
 * const page = await handler(new Request("http://localhost/live/"));
 * assertEquals(page.headers.get("content-type"), "text/html; charset=utf-8");
 * await page.body?.cancel();
 *
 * const address = "http://localhost/live/data";
 * const data = await handler(new Request(`${address}?view=m&metric=jobs&format=json`));
 * assertEquals((await data.json()).series[0].value, 3);
 * const text = await handler(new Request(address));
 * assertStringIncludes(await text.text(), "jobs");
 * ```
 */
export function dashboardHandler(
  stats: DashboardSource,
  options: DashboardOptions = {},
): (request: Request) => Promise<Response> {
  const checked = checkOptions("make a dashboard", stats, options);
  const sampler = new Sampler(stats, checked);
  const about: About = {
    run: crypto.randomUUID(),
    title: checked.title,
    program: programName(),
  };
  const parts = {
    sampler,
    streams: new Streams(sampler, about),
    exposition: new Exposition(stats),
  };
  const site = new Site(parts, checked);
  return async (request) => {
    const refusal = await refusalOf(request, checked);
    const response = refusal ?? await site.answer(request);
    if (request.method !== "HEAD" || response.body === null) return response;
    await response.body.cancel();
    return new Response(null, response);
  };
}

/** What makes answers. */
interface Parts {
  readonly sampler: Sampler;
  readonly streams: Streams;
  readonly exposition: Exposition;
}

/** Answers requests that may be answered. */
class Site {
  readonly #sampler: Sampler;
  readonly #streams: Streams;
  readonly #exposition: Exposition;
  readonly #options: CheckedOptions;
  #assets: Promise<Assets> | undefined;

  constructor({ sampler, streams, exposition }: Parts, options: CheckedOptions) {
    this.#sampler = sampler;
    this.#streams = streams;
    this.#exposition = exposition;
    this.#options = options;
  }

  async answer(request: Request): Promise<Response> {
    const { path: pathname, query: search } = targetOf(request.url);
    const query = new URLSearchParams(search);
    const route = routeOf(pathname, this.#options.path);
    switch (route) {
      case "page":
        return this.#send((await this.#load()).html, "text/html");
      case "slash":
        // Relative, as a proxy may have taken something away before the path.
        return plainText(308, "The page is one slash further", {
          location: `${pathname.split("/").at(-1)}/`,
        });
      case "events":
        return this.#events(request, query);
      case "points":
        return this.#points(query);
      case "data":
        return isExposition(query.get("format") ?? "")
          ? await this.#expose(request, query)
          : await this.#data(query);
      case "none":
        return plainText(404, "There is nothing here");
    }
    const asset = (await this.#load()).files.get(route.slice("assets/".length));
    if (asset === undefined) return plainText(404, "There is nothing here");
    return this.#send(asset.body, asset.type, "public, max-age=31536000, immutable");
  }

  #load(): Promise<Assets> {
    // A package that is not there may be installed meanwhile: the next request asks again.
    this.#assets ??= loadAssets(this.#options.title, this.#options.uplot).catch((error) => {
      this.#assets = undefined;
      throw error;
    });
    return this.#assets;
  }

  #send(body: BodyInit, type: string, caching?: string): Response {
    const headers = { ...SECURITY_HEADERS, "content-type": `${type}; charset=utf-8` };
    return new Response(body, {
      headers: caching === undefined ? headers : { ...headers, "cache-control": caching },
    });
  }

  #events(request: Request, query: URLSearchParams): Response {
    const { maxViewers } = this.#options;
    if (request.method === "HEAD") return this.#send("", "text/event-stream");
    if (this.#streams.count >= maxViewers) {
      return plainText(503, `Too many viewers (${maxViewers})`, { "retry-after": "30" });
    }
    const slot = Number(query.get("at") || -1);
    const stream = this.#streams.open({
      window: this.#window(query),
      metric: query.get("m") ?? "",
      slot: Number.isInteger(slot) ? slot : -1,
      ...searchOf(query),
    });
    const response = this.#send(stream, "text/event-stream");
    // Or nginx would keep messages back until it has many.
    response.headers.set("x-accel-buffering", "no");
    return response;
  }

  /** A name that no metric has: usually one that exporters write, or one that was typed wrong. */
  #unknownMetric(): Response {
    const names = [...this.#sampler.metrics.keys()];
    const known = names.slice(0, NAMES_SHOWN).join(", ") +
      (names.length > NAMES_SHOWN ? ", …" : "");
    return plainText(404, `There is no such metric, but ${known}`);
  }

  #points(query: URLSearchParams): Response {
    const sample = this.#sampler.sample;
    const history = this.#sampler.metrics.get(query.get("m") ?? "");
    if (history === undefined) return this.#unknownMetric();
    const ids = (query.get("ids") ?? "").split(",").slice(0, MOST_POINTS).map(Number)
      .filter((id) => Number.isInteger(id) && id >= 0);
    const points = Object.fromEntries(
      ids.map((id) => [id, toPoints(history.series.points(id, sample.n))]),
    );
    return this.#send(JSON.stringify({ n: sample.n, points }), "application/json");
  }

  async #data(query: URLSearchParams): Promise<Response> {
    const sample = await this.#sampler.known();
    const asked = {
      view: query.get("view") ?? "",
      metric: query.get("metric") ?? "",
      window: this.#window(query),
      ...searchOf(query),
    };
    const isJson = query.get("format") === "json";
    const { title } = this.#options;
    const body = isJson
      ? dataJson(this.#sampler, sample, asked)
      : dataText(this.#sampler, sample, { ...asked, title });
    if (body === undefined) return this.#unknownMetric();
    return isJson
      ? this.#send(`${JSON.stringify(body)}\n`, "application/json")
      : this.#send(body as string, "text/plain");
  }

  async #expose(request: Request, query: URLSearchParams): Promise<Response> {
    const response = await this.#exposition.answer(request, {
      format: query.get("format")!,
      metric: query.get("metric") ?? "",
      names: query.getAll("name[]"),
    });
    if (response === undefined) return plainText(404, "There is no such metric");
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value);
    return response;
  }

  #window(query: URLSearchParams): number {
    const asked = Number(query.get("w"));
    return this.#options.windows.includes(asked) ? asked : this.#options.windows[0];
  }
}

function searchOf(query: URLSearchParams): { q: string; sort: string } {
  return {
    q: (query.get("q") ?? "").slice(0, LONGEST_SEARCH),
    sort: (query.get("sort") ?? "").slice(0, LONGEST_SEARCH),
  };
}

/** What a path is for. Without a mount path its end decides. */
function routeOf(pathname: string, mount: string | undefined): Route {
  const rest = mount === undefined ? pathname : restOf(pathname, mount);
  if (rest === undefined) return "none";
  if (rest === "") return mount === undefined ? "page" : "slash";
  const [, found] = /\/(events|points|data|assets\/[^/]+)$/.exec(rest) ?? [];
  if (found !== undefined && (mount === undefined || rest === `/${found}`)) return found as Route;
  if (rest === "/") return "page";
  if (mount !== undefined) return "none";
  return rest.endsWith("/") ? "page" : "slash";
}

function restOf(pathname: string, mount: string): string | undefined {
  if (!pathname.startsWith(mount)) return undefined;
  const rest = pathname.slice(mount.length);
  return rest === "" || rest.startsWith("/") ? rest : undefined;
}

/** The runtime and its version, as people call it. */
function programName(): string {
  const { Deno, Bun, process } = globalThis as {
    Deno?: { version: { deno: string } };
    Bun?: { version: string };
    process?: { versions?: { node?: string } };
  };
  if (Deno !== undefined) return `Deno ${Deno.version.deno}`;
  if (Bun !== undefined) return `Bun ${Bun.version}`;
  if (process?.versions?.node !== undefined) return `Node ${process.versions.node}`;
  return "document" in globalThis ? "a page's own threads" : "";
}
