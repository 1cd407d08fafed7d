/**
 * The handler for scrapes by a Prometheus server.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { copyOwnProperties } from "../base/options.ts";
import { lookAt } from "../base/shapes.ts";
import { familiesIn } from "../export/families.ts";
import type { Family } from "../export/family.ts";
import { targetOf } from "../http/request_target.ts";
import { textResponse } from "../http/text_response.ts";
import { firstSnapshot, type SnapshotSource } from "../snapshots/snapshot_source.ts";
import { checkHandlerOptions, type PrometheusHandlerOptions } from "./handler_options.ts";
import { gzip } from "./gzip.ts";
import { KeptText } from "./kept_text.ts";
import { acceptsGzip, formatFor } from "./negotiate.ts";
import { PendingResponses } from "./pending_responses.ts";
import { END, render } from "./render.ts";
import { eventLoopLagFamily, runtimeFamilies } from "./runtime_families.ts";
import { selectorOf, withoutNamesOf } from "./selected_families.ts";

/**
 * The maximum length of a URL. The servers of the three runtimes accept none of this length from
 * the network.
 */
const MAX_URL_LENGTH = 65_536;

/**
 * Makes a handler that responds to the scrapes of a Prometheus server, for `Deno.serve`,
 * `Bun.serve`, Hono and everything else that uses `Request` and `Response`. It responds on every
 * path; routing is up to the server.
 *
 * A response never waits for a worker, and is complete whatever the workers do. Its format is
 * OpenMetrics 1.0 or the Prometheus text format 0.0.4 or 1.0.0, optionally compressed, as the
 * client requests. Names that Prometheus takes only in quotes are written as the client's
 * `escaping` says (`allow-utf-8`, `dots`, `values`; without one, `underscores`).
 * `?name[]=requests_total&name[]=...` selects families. `HEAD` gets the same headers as `GET`.
 * Other methods get status 405, and URLs of more than 65,536 characters 414.
 *
 * Create one handler and reuse it: it remembers when each series first appeared. Two handlers have
 * seen different scrapes and report different times, unless they share an object in `startTimes`;
 * use `created: false` if several threads respond.
 *
 * Cost: a snapshot, and about 0.3 µs for each line at the first scrape. The handler keeps the lines
 * of counters, gauges and records for the next one, in which each costs some 0.03 µs; a fraction
 * that changed costs 0.3 µs. It keeps at most 64 MiB, in at most two forms that clients ask for,
 * and nothing of series that the scrape before did not have. The text is made as the client
 * receives it, in chunks of about 64 KiB, or of one series if that is larger. A response holds its
 * snapshot until the client has received all of it; at most `maxAnswers` responses do so, however
 * slow the clients are.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param options What to export, and the bounds of responses.
 * @returns The handler.
 * @throws {TypeError} If an argument has the wrong shape, or an option is unknown.
 * @throws {RangeError} If bounds in `boundaries` are not finite, negative, or not ascending, or if
 * `maxAnswers` or `maxAnswerSeconds` is out of range.
 *
 * @example
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { counter, defineSchema, ThreadStats } from "@x/thread-stats";
 * import { prometheusHandler } from "@x/thread-stats/prometheus";
 *
 * const stats = ThreadStats.create(defineSchema({ jobs: counter({ help: "Jobs done" }) }));
 * stats.registerThread("main").metrics.jobs.add(2);
 *
 * const handler = prometheusHandler(stats); // Deno.serve({ port: 9100 }, handler)
 * const response = handler(new Request("http://localhost/metrics"));
 * assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
 * assertStringIncludes(await response.text(), "jobs_total 2\n");
 * ```
 */
export function prometheusHandler(
  stats: SnapshotSource,
  options: PrometheusHandlerOptions = {},
): (request: Request) => Response {
  const action = "make a handler";
  const first = firstSnapshot(action, stats);
  const checked = checkHandlerOptions(action, options, first);
  const pending = new PendingResponses(checked.pending);
  const { starts } = checked;
  starts.observe(first);
  const kept = new KeptText();

  return (request) => {
    if (lookAt(() => typeof request.headers.get) !== "function") {
      throw new TypeError(cannot("answer a scrape", "it needs a Request", request));
    }
    const { method, headers, url } = request;
    if (method !== "GET" && method !== "HEAD") {
      return textResponse(405, "Only GET and HEAD are allowed", { allow: "GET, HEAD" });
    }
    if (url.length > MAX_URL_LENGTH) return textResponse(414, "The address is too long");
    const { format, escaping, contentType } = formatFor(headers.get("accept"));
    const isZipped = acceptsGzip(headers.get("accept-encoding"));
    // Without a prototype, as all objects given to the platform: it would take properties of
    // `Object.prototype` for options.
    const responseInit = copyOwnProperties({
      headers: {
        "content-type": contentType,
        vary: "accept, accept-encoding",
        ...(isZipped ? { "content-encoding": "gzip" } : {}),
      },
    });
    // Not `null`: for that, a server would send `Content-Length: 0`.
    if (method === "HEAD") return new Response(emptyStream(), responseInit);
    const seconds = pending.makeRoom();
    if (seconds > 0) {
      const text = "Too many answers are under way, try again later";
      return textResponse(503, text, { "retry-after": `${seconds}` });
    }
    const snapshot = stats.snapshot({ perThread: checked.perThread });
    // Snapshots that are not observed make start times earlier than necessary, but not wrong.
    if (format === "openmetrics" && checked.created) starts.observe(snapshot);
    const renderOptions = {
      ...{ ...checked, format, escaping, kept },
      startsIn: starts.inMetric.bind(starts),
    };
    const asked = new URLSearchParams(targetOf(url).query).getAll("name[]");
    const isAsked = selectorOf(asked.length === 0 ? undefined : asked);
    const isWanted = (family: Family) => checked.isWanted(family) && isAsked(family);
    const chunks = async function* () {
      const families = [...familiesIn(snapshot, checked)];
      yield* render(families.filter(isWanted), renderOptions);
      if (checked.runtimeMetrics) {
        const runtime = [...runtimeFamilies(), await eventLoopLagFamily()];
        yield* render(withoutNamesOf(families, runtime).filter(isWanted), renderOptions);
      }
      if (format === "openmetrics") yield new TextEncoder().encode(END);
    };
    const body = pending.stream(chunks());
    return new Response(isZipped ? gzip(body) : body, responseInit);
  };
}

function emptyStream(): ReadableStream {
  const start = (controller: ReadableStreamDefaultController) => controller.close();
  return new ReadableStream(copyOwnProperties({ start }));
}
