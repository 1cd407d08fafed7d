/**
 * The scrape of a Prometheus server.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";
import { lookAt } from "../base/shapes.ts";
import { familiesIn, type Family } from "../export/families.ts";
import { firstSnapshot, type MetricSource } from "../snapshots/snapshot_source.ts";
import { StartTimes } from "../export/start_times.ts";
import { samplesOf } from "../schema/exported_names.ts";
import { own } from "../schema/metric_options.ts";
import type { OptionNames } from "../base/options.ts";
import { Answers, type AnswersOptions } from "./answers.ts";
import { acceptsGzip, CONTENT_TYPES, formatFor } from "./negotiate.ts";
import {
  assertBoolean,
  checkOptions,
  PROMETHEUS_OPTIONS,
  type PrometheusOptions,
} from "./options.ts";
import { END, render } from "./render.ts";
import { eventLoopLag, runtimeFamilies } from "./runtime.ts";

/** Options of {@linkcode prometheusHandler}. */
export interface PrometheusHandlerOptions extends PrometheusOptions {
  /**
   * Whether figures of this process are there too: `process_resident_memory_bytes`, `process_heap_bytes`,
   * `process_cpu_seconds_total`, `process_event_loop_lag_seconds`, `process_uptime_seconds` and others. A metric of the schema that has
   * one of these names takes its place. Heap and lag are those of the thread that answers; on Deno and Bun a worker knows its own age alone, not that of
   * the process.
   *
   * @default {false}
   */
  runtimeMetrics?: boolean;
  /**
   * How many answers may be under way at a time, from 1. Each holds a snapshot until its client has taken all of it. Requests beyond are answered
   * with 503, and `Retry-After` says after how many seconds there is room at the latest.
   *
   * @default {16}
   */
  maxAnswers?: number;
  /**
   * How many seconds a client has to take its answer when others wait. While all answers are under way, a new request ends the oldest one
   * if it is older than this; its body fails then. As long as there is room, no answer is ended.
   *
   * @default {30}
   */
  maxAnswerSeconds?: number;
}

const HANDLER_OPTIONS: OptionNames<PrometheusHandlerOptions> = {
  ...PROMETHEUS_OPTIONS,
  maxAnswers: true,
  maxAnswerSeconds: true,
  runtimeMetrics: true,
};

/** Longer addresses are refused. The servers of the three runtimes take none of this length from the network. */
const MAX_URL_LENGTH = 65_536;

/**
 * Makes a handler that answers a Prometheus server's scrapes: for `Deno.serve`, `Bun.serve`, Hono and all that speak in `Request` and
 * `Response`. It answers on every path; which one it is, the server's router says.
 *
 * An answer never waits for a worker, and is complete whatever they do. It comes in OpenMetrics 1.0 or in Prometheus' format
 * 0.0.4, and compressed, as the client asks for. Of `?name[]=requests_total&name[]=...` only these families are sent. `HEAD` gets the same
 * headers; other methods get 405, and addresses of more than 65,536 characters 414.
 *
 * A handler knows when a series began from what it has seen before, so make one for the program and keep it: two of them have seen different things, and
 * tell different times (`created: false` where several threads answer).
 *
 * Cost: a snapshot, and about 0.3 µs for each line. The text is made as the client takes it, some 64 KiB at a time (at least one series); until the client
 * has taken it all, the answer holds its snapshot. At most `maxAnswers` do so, however slow clients are.
 *
 * @param stats The statistics, or a view of them from `ThreadStats.inspect`.
 * @param options What is told.
 * @returns The handler.
 * @throws {TypeError} When an argument has the wrong shape, or an option is unknown.
 * @throws {RangeError} When boundaries are not finite, not negative and rising, or `maxAnswers` or `maxAnswerSeconds` is out of range.
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
  stats: MetricSource,
  options: PrometheusHandlerOptions = {},
): (request: Request) => Response {
  const action = "make a handler";
  const first = firstSnapshot(action, stats);
  const checked = checkOptions(action, options, { known: HANDLER_OPTIONS, snapshot: first });
  const { runtimeMetrics = false } = checked;
  assertBoolean(action, "runtimeMetrics", runtimeMetrics);
  const answers = new Answers(checkLimits(action, checked));
  const starts = new StartTimes();
  starts.look(first);

  return (request) => {
    if (lookAt(() => typeof request.headers.get) !== "function") {
      throw new TypeError(cannot("answer a scrape", "it needs a Request", request));
    }
    const { method, headers, url } = request;
    if (method !== "GET" && method !== "HEAD") {
      return refusal(405, "Only GET and HEAD are allowed", { allow: "GET, HEAD" });
    }
    if (url.length > MAX_URL_LENGTH) return refusal(414, "The address is too long");
    const format = formatFor(headers.get("accept"));
    const isZipped = acceptsGzip(headers.get("accept-encoding"));
    // By `own`, as everything that is given to the platform: it takes what stands on `Object.prototype` for an option.
    const answer = own({
      headers: {
        "content-type": CONTENT_TYPES[format],
        vary: "accept, accept-encoding",
        ...(isZipped ? { "content-encoding": "gzip" } : {}),
      },
    });
    // Not `null`: of that a server would say that its length is 0.
    if (method === "HEAD") return new Response(emptyStream(), answer);
    const seconds = answers.makeRoom();
    if (seconds > 0) {
      const words = "Too many answers are under way, try again later";
      return refusal(503, words, { "retry-after": `${seconds}` });
    }
    const snapshot = stats.snapshot({ perThread: checked.perThread });
    // A look that is left out makes no start wrong, only earlier than it need be.
    if (format === "openmetrics" && checked.created) starts.look(snapshot);
    const renderOptions = { ...checked, format, startOf: starts.of.bind(starts) };
    const isWanted = filterOf(queryOf(url).getAll("name[]"));
    const chunks = async function* () {
      const families = [...familiesIn(snapshot, checked)];
      const taken = new Set(families.flatMap(namesOf));
      const isFree = (family: Family) =>
        isWanted(family) && !namesOf(family).some((name) => taken.has(name));
      yield* render(families.filter(isWanted), renderOptions);
      if (runtimeMetrics) {
        yield* render([...runtimeFamilies(), await eventLoopLag()].filter(isFree), renderOptions);
      }
      if (format === "openmetrics") yield new TextEncoder().encode(END);
    };
    const body = answers.stream(chunks());
    return new Response(isZipped ? body.pipeThrough(new CompressionStream("gzip")) : body, answer);
  };
}

/** The query of an address. Not by `new URL`: Bun gives a request with an illegal `Host` an address that is none. */
function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(url)?.[1]);
}

/** Which families a client wants: those that it names, or names a sample of; all when it names none. */
function filterOf(names: readonly string[]): (family: Family) => boolean {
  if (names.length === 0) return () => true;
  const wanted = new Set(names);
  return (family) => namesOf(family).some((name) => wanted.has(name));
}

/** The names that nothing else may have: the family's own and those of its samples. */
function namesOf(family: Family): string[] {
  return [family.name, ...samplesOf(family)];
}

function emptyStream(): ReadableStream {
  const start = (controller: ReadableStreamDefaultController) => controller.close();
  return new ReadableStream(own({ start }));
}

function refusal(status: number, words: string, headers: Record<string, string> = {}): Response {
  const all = { "content-type": "text/plain; charset=utf-8", ...headers };
  return new Response(`${words}\n`, own({ status, headers: own(all) }));
}

/** Checks the bounds of what is under way. */
function checkLimits(
  action: string,
  options: Pick<PrometheusHandlerOptions, "maxAnswers" | "maxAnswerSeconds">,
): AnswersOptions {
  const { maxAnswers = 16, maxAnswerSeconds = 30 } = options;
  for (const [name, value] of Object.entries({ maxAnswers, maxAnswerSeconds })) {
    if (typeof value !== "number") {
      throw new TypeError(cannot(action, `${name} must be a number`, value));
    }
  }
  if (!Number.isSafeInteger(maxAnswers) || maxAnswers < 1) {
    throw new RangeError(cannot(action, "maxAnswers must be an integer from 1", maxAnswers));
  }
  if (!(maxAnswerSeconds > 0 && maxAnswerSeconds < Infinity)) {
    throw new RangeError(
      cannot(action, "maxAnswerSeconds must be finite and above 0", maxAnswerSeconds),
    );
  }
  return { most: maxAnswers, maxSeconds: maxAnswerSeconds };
}
