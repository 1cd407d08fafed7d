/**
 * All metrics as Prometheus takes them: what `./prometheus` makes of the same memory.
 *
 * The exporter is loaded when it is asked for first: a program whose page nobody asks for it never
 * has it in memory.
 *
 * @module
 */
import { familiesOf } from "../schema/exported_names.ts";
import type { DashboardSource } from "./options.ts";

/** What a client accepts that wants a format, by the format's name in queries. */
const FORMATS: ReadonlyMap<string, string> = new Map([
  ["prometheus", "text/plain;version=0.0.4"],
  ["openmetrics", "application/openmetrics-text;version=1.0.0"],
]);

/** What is asked for. */
export interface ExpositionQuery {
  /** `prometheus` or `openmetrics`. */
  readonly format: string;
  /** The only metric; `""`: all, and the library's own. */
  readonly metric: string;
  /** Names of families and samples; none: all. Not looked at when there is a metric. */
  readonly names: readonly string[];
}

/** Whether a format is one of these. */
export function isExposition(format: string): boolean {
  return FORMATS.has(format);
}

/** Answers with texts for Prometheus. */
export class Exposition {
  readonly #source: DashboardSource;
  #handler: Promise<(request: Request) => Response> | undefined;

  constructor(source: DashboardSource) {
    this.#source = source;
  }

  /** The text, compressed if the client takes that. `undefined`: there is no such metric. */
  async answer(
    { method, headers }: Request,
    { format, metric, names }: ExpositionQuery,
  ): Promise<Response | undefined> {
    let wanted = names;
    if (metric !== "") {
      const { metrics } = this.#source.snapshot();
      if (!Object.hasOwn(metrics, metric)) return undefined;
      wanted = familiesOf(metric, metrics[metric].definition).map(({ textName }) => textName);
    }
    const query = new URLSearchParams(wanted.map((name) => ["name[]", name]));
    const accept = FORMATS.get(format)!;
    const coding = headers.get("accept-encoding");
    const request = new Request(`http://localhost/metrics?${query}`, {
      method,
      headers: { accept, ...(coding !== null && { "accept-encoding": coding }) },
    });
    return (await this.#load())(request);
  }

  #load(): Promise<(request: Request) => Response> {
    this.#handler ??= import("../prometheus/mod.ts")
      .then(({ prometheusHandler }) => prometheusHandler(this.#source))
      .catch((error) => {
        this.#handler = undefined;
        throw error;
      });
    return this.#handler;
  }
}
