/**
 * Three metrics per request, as the packages of today count them: the requests by method, route and
 * status; the duration; the bytes of the answer.
 *
 * @module
 */

import { counter, defineSchema, histogram, ThreadStats } from "../../mod.ts";
import { boundaries, labelNames } from "../cases/inputs.ts";
import { loadPackage } from "../packages.ts";

/** What a server calls for each request. */
export type Note = (
  request: { readonly method: string; readonly route: string; readonly status: string },
  seconds: number,
  bytes: number,
) => void;

/** The names of the servers that are compared. */
export type Instruments = keyof typeof instruments;

/** Makes what counts, by name. `undefined`: the server does not even look at a clock. */
export const instruments = {
  "no metrics": () => Promise.resolve(undefined),
  "only the clock": () => Promise.resolve<Note>(() => {}),
  "library": () => {
    const stats = ThreadStats.create(defineSchema({
      requests: counter({ labels: labelNames }),
      latency: histogram({ lowest: 1e-6, highest: 60, relativeError: 0.01 }),
      sent: counter(),
    }));
    const { requests, latency, sent } = stats.registerThread("server").metrics;
    const note: Note = ({ method, route, status }, seconds, bytes) => {
      requests.labels({ method, route, status }).add();
      latency.record(seconds);
      sent.add(bytes);
    };
    return Promise.resolve(note);
  },
  "prom-client": async () => {
    const { Counter, Histogram, Registry } = await loadPackage<Client>("prom-client");
    const registers = [new Registry()];
    const help = "h";
    const requests = new Counter({ name: "requests", help, labelNames, registers });
    const latency = new Histogram({ name: "latency", help, buckets: boundaries, registers });
    const sent = new Counter({ name: "sent", help, registers });
    const note: Note = ({ method, route, status }, seconds, bytes) => {
      requests.labels({ method, route, status }).inc();
      latency.observe(seconds);
      sent.inc(bytes);
    };
    return note;
  },
  "OpenTelemetry": async () => {
    const sdk = await loadPackage<Sdk>("@opentelemetry/sdk-metrics");
    class ManualReader extends sdk.MetricReader {
      onShutdown = () => Promise.resolve();
      onForceFlush = () => Promise.resolve();
    }
    const meter = new sdk.MeterProvider({ readers: [new ManualReader({})] }).getMeter("server");
    const requests = meter.createCounter("requests");
    const latency = meter.createHistogram("latency");
    const sent = meter.createCounter("sent");
    const note: Note = ({ method, route, status }, seconds, bytes) => {
      requests.add(1, { method, route, status });
      latency.record(seconds);
      sent.add(bytes);
    };
    return note;
  },
} satisfies Record<string, () => Promise<Note | undefined>>;

interface Client {
  Registry: new () => object;
  Counter: new (options: object) => {
    inc(n?: number): void;
    labels(labels: object): { inc(n?: number): void };
  };
  Histogram: new (options: object) => { observe(value: number): void };
}

interface Sdk {
  MetricReader: new (options: object) => object;
  MeterProvider: new (options: object) => { getMeter(name: string): Meter };
}

interface Meter {
  createCounter(name: string): { add(n: number, attributes?: object): void };
  createHistogram(name: string): { record(value: number): void };
}
