/**
 * The metrics of all processes of a `node:cluster`, each with all of its threads.
 *
 * @module
 */
import { aggregators } from "./aggregators.ts";
import { type AnyRegistry, register, Registry } from "./registry.ts";
import type {
  MetricObjectWithValues,
  PrometheusContentType,
  RegistryContentType,
} from "./types.ts";

// As prom-client's, so that a cluster may have both.
const REQUEST = "prom-client:getMetricsReq";
const RESPONSE = "prom-client:getMetricsRes";

/** How long the workers have to answer, in milliseconds. */
const PATIENCE = 5000;

interface Message {
  readonly type: string;
  readonly requestId: number;
  readonly error?: string;
  readonly metrics: readonly (readonly MetricObjectWithValues[])[];
}

interface ClusterWorker {
  isConnected(): boolean;
  send(message: unknown): void;
}

/** The part of `node:cluster` that is used here. */
interface Cluster {
  readonly isPrimary: boolean;
  readonly isWorker: boolean;
  readonly workers?: Readonly<Record<string, ClusterWorker>>;
  on(
    event: "message",
    listener: (worker: unknown, message: Message) => void,
  ): void;
}

interface ClusterProcess {
  getBuiltinModule?(name: string): unknown;
  on(event: "message", listener: (message: Message) => void): void;
  send?(message: unknown): void;
}

interface Request {
  readonly responses: (readonly MetricObjectWithValues[])[];
  pending: number;
  done(error: Error | undefined, text?: string): void;
}

const requests = new Map<number, Request>();
let nextRequest = 0;
let shared: readonly AnyRegistry[] = [register];
let isListening = false;

/** Loaded when it is needed: some servers refuse it. */
function clusterOf(): Cluster | undefined {
  const { process } = globalThis as { process?: ClusterProcess };
  return process?.getBuiltinModule?.("node:cluster") as Cluster | undefined;
}

/**
 * A registry that can ask all processes of a cluster for their metrics.
 *
 * @typeParam ContentType The content type.
 */
export class AggregatorRegistry<
  ContentType extends RegistryContentType = PrometheusContentType,
> extends Registry<ContentType> {
  /**
   * Makes a registry, and has this process answer the questions of others.
   *
   * @param contentType Prometheus' text format, or OpenMetrics.
   */
  constructor(contentType?: RegistryContentType) {
    super(contentType);
    listen();
  }

  /**
   * Asks all workers of the cluster for their metrics, and merges them.
   *
   * @returns The metrics as text; empty without workers.
   * @throws {Error} When a worker does not answer within 5 s, or reports an error.
   */
  clusterMetrics(): Promise<string> {
    const requestId = nextRequest++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => request.done(new Error("Operation timed out.")),
        PATIENCE,
      );
      const request: Request = {
        responses: [],
        pending: 0,
        done(error, text = "") {
          clearTimeout(timer);
          requests.delete(requestId);
          if (error === undefined) resolve(text);
          else reject(error);
        },
      };
      requests.set(requestId, request);
      for (const worker of Object.values(clusterOf()?.workers ?? {})) {
        if (!worker.isConnected()) continue;
        worker.send({ type: REQUEST, requestId });
        request.pending++;
      }
      if (request.pending === 0) queueMicrotask(() => request.done(undefined));
    });
  }

  /**
   * Merges metrics of several processes by the aggregator of each.
   *
   * @param metrics What `getMetricsAsJSON()` gave in each process.
   * @param contentType The content type of the result.
   * @returns A registry with the merged metrics.
   * @throws {Error} When a metric has an aggregator that does not exist.
   */
  static aggregate(
    metrics: readonly (readonly MetricObjectWithValues[])[],
    contentType: RegistryContentType = Registry.PROMETHEUS_CONTENT_TYPE,
  ): AnyRegistry {
    const aggregated = new Registry(contentType);
    const groups = new Map<string, MetricObjectWithValues[]>();
    for (const metric of metrics.flat()) {
      const group = groups.get(metric.name);
      if (group === undefined) groups.set(metric.name, [metric]);
      else group.push(metric);
    }
    for (const group of groups.values()) {
      const [{ aggregator }] = group;
      if (!Object.hasOwn(aggregators, aggregator)) {
        throw new Error(`'${aggregator}' is not a defined aggregator.`);
      }
      const merged = aggregators[aggregator](group);
      if (merged !== undefined) {
        aggregated.registerMetric({ get: () => merged, ...merged });
      }
    }
    return aggregated;
  }

  /**
   * Sets which registries of this process the others get.
   *
   * @param registries One or several.
   * @throws {TypeError} When one of them is no registry.
   */
  static setRegistries(registries: AnyRegistry | readonly AnyRegistry[]): void {
    const all = Array.isArray(registries) ? registries : [registries];
    for (const registry of all) {
      if (!(registry instanceof Registry)) {
        throw new TypeError(`Expected Registry, got ${typeof registry}`);
      }
    }
    shared = all;
  }
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  const cluster = clusterOf();
  if (cluster?.isPrimary) {
    cluster.on("message", (_, message) => void receive(message));
  }
  if (cluster?.isWorker) {
    const { process } = globalThis as unknown as { process: ClusterProcess };
    process.on("message", (message) => void answer(process, message));
  }
}

async function receive(message: Message): Promise<void> {
  if (message?.type !== RESPONSE) return;
  const request = requests.get(message.requestId);
  // An answer that came too late.
  if (request === undefined) return;
  if (message.error !== undefined) {
    return request.done(new Error(message.error));
  }
  request.responses.push(...message.metrics);
  if (--request.pending > 0) return;
  try {
    request.done(
      undefined,
      await AggregatorRegistry.aggregate(request.responses).metrics(),
    );
  } catch (error) {
    request.done(error as Error);
  }
}

async function answer(
  process: ClusterProcess,
  message: Message,
): Promise<void> {
  if (message?.type !== REQUEST) return;
  const { requestId } = message;
  try {
    const metrics = await Promise.all(
      shared.map((registry) => registry.getMetricsAsJSON()),
    );
    process.send?.({ type: RESPONSE, requestId, metrics });
  } catch (error) {
    process.send?.({
      type: RESPONSE,
      requestId,
      error: (error as Error).message,
    });
  }
}
