import type { CounterWriter, GaugeWriter, HistogramWriter } from "../../mod.ts";
import type { ServerThread } from "./metrics.ts";

/** Clients can think of any number of methods, and each would be a series of its own. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Whether requests with this method are answered, and counted under its name. */
export function isKnownMethod(method: string): boolean {
  return METHODS.has(method);
}

/** What one thread counts of the requests that it answers. */
export class RequestMetrics {
  readonly #thread: ServerThread;
  readonly #inFlight: GaugeWriter;
  readonly #duration: HistogramWriter;
  /** By method and status; kept, since looking one up by its labels takes longer than counting. */
  readonly #answered = new Map<string, Map<number, CounterWriter>>();

  constructor(thread: ServerThread) {
    this.#thread = thread;
    this.#inFlight = thread.metrics.httpRequestsInFlight;
    this.#duration = thread.metrics.httpRequestDuration;
  }

  /** Has a request answered, and counts it. */
  async measure<Answer extends { readonly status: number }>(
    method: string,
    answer: () => Promise<Answer>,
  ): Promise<Answer> {
    const start = performance.now();
    const inFlight = this.#inFlight.scope();
    try {
      const response = await answer();
      this.count(method, response.status, start);
      return response;
    } finally {
      inFlight[Symbol.dispose]();
    }
  }

  /** Counts an answer to a request that came at `start`, by the clock of `performance.now()`. */
  count(method: string, status: number, start: number): void {
    this.#counter(isKnownMethod(method) ? method : "other", status).add();
    this.#duration.record((performance.now() - start) / 1000);
  }

  #counter(method: string, status: number): CounterWriter {
    let byStatus = this.#answered.get(method);
    if (!byStatus) this.#answered.set(method, byStatus = new Map());
    let counter = byStatus.get(status);
    if (!counter) {
      counter = this.#thread.metrics.httpRequests.labels({ method, status: String(status) });
      byStatus.set(status, counter);
    }
    return counter;
  }
}
