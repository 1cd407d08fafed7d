/**
 * Pushes metrics to a Pushgateway.
 *
 * @module
 */
import http from "node:http";
import https from "node:https";
import { gzipSync } from "node:zlib";
import { type AnyRegistry, register, type Registry } from "./registry.ts";
import type { RegistryContentType } from "./types.ts";

/** What is pushed, or deleted. */
export interface PushgatewayParameters {
  /** The job's name. */
  jobName?: string;
  /** Further labels of the group. */
  groupings?: Readonly<Record<string, string>>;
}

/** What the Pushgateway answered. */
export interface PushgatewayResponse {
  /** The response. */
  resp: unknown;
  /** Its body. */
  body: string;
}

/** Options of requests, as `http.request` takes them, and `requireJobName`. */
export type PushgatewayOptions = Record<string, unknown> & {
  /**
   * Whether pushes without a job's name are refused.
   *
   * @default {true}
   */
  requireJobName?: boolean;
  /** The request's header fields. With `Content-Encoding: gzip` the metrics are compressed. */
  headers?: Record<string, unknown>;
};

/**
 * Pushes a registry's metrics, of all threads, to a Pushgateway.
 *
 * @typeParam Format The content type of the registry.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Pushgateway } from "@x/thread-stats/prom-client";
 * import { createServer } from "node:http";
 * import { once } from "node:events";
 *
 * // In place of a Pushgateway.
 * const server = createServer((request, response) => {
 *   request.resume().on("end", () => response.end(request.url));
 * }).listen(0);
 * await once(server, "listening");
 * const { port } = server.address() as { port: number };
 *
 * const gateway = new Pushgateway(`http://127.0.0.1:${port}`, { timeout: 5000 });
 * const { body } = await gateway.push({ jobName: "nightly" });
 * assertEquals(body, "/metrics/job/nightly");
 * await new Promise((done) => server.close(done));
 * ```
 */
export class Pushgateway<Format extends RegistryContentType = RegistryContentType> {
  readonly #url: string;
  readonly #registry: AnyRegistry;
  readonly #mustName: boolean;
  readonly #options: PushgatewayOptions;

  /**
   * Makes a gateway. Connects to nothing.
   *
   * @param url The gateway's URL.
   * @param options Options of the requests.
   * @param registry The registry to push; by default the global one.
   */
  constructor(
    url: string,
    options?: PushgatewayOptions | null,
    registry?: Registry<Format> | AnyRegistry,
  ) {
    const { requireJobName = true, ...rest } = options ?? {};
    this.#url = url;
    this.#registry = registry ?? register;
    this.#mustName = requireJobName;
    this.#options = rest;
  }

  /** Adds metrics to those that the gateway has of the job. */
  pushAdd(params: PushgatewayParameters = {}): Promise<PushgatewayResponse> {
    return this.#send("POST", params);
  }

  /** Replaces the metrics that the gateway has of the job. */
  push(params: PushgatewayParameters = {}): Promise<PushgatewayResponse> {
    return this.#send("PUT", params);
  }

  /** Deletes the metrics that the gateway has of the job. */
  delete(params: PushgatewayParameters = {}): Promise<PushgatewayResponse> {
    return this.#send("DELETE", params);
  }

  #send(
    method: string,
    { jobName, groupings }: PushgatewayParameters,
  ): Promise<PushgatewayResponse> {
    if (this.#mustName && !jobName) {
      throw new Error("Missing jobName parameter");
    }
    return this.#request(method, jobName, groupings);
  }

  // deno-lint-ignore require-await
  async #request(
    method: string,
    jobName: string | undefined,
    groupings: PushgatewayParameters["groupings"],
  ): Promise<PushgatewayResponse> {
    const url = new URL(this.#url);
    const job = jobName
      ? `/job/${
        [jobName, ...Object.entries(groupings ?? {}).flat()].map(
          encodeURIComponent,
        ).join("/")
      }`
      : "";
    const options: PushgatewayOptions = {
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || undefined,
      path: `${url.pathname === "/" ? "" : url.pathname}/metrics${job}`,
      auth: url.username
        ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
        : undefined,
      ...this.#options,
      method,
    };
    const { headers } = options;
    if (method === "DELETE" && headers) delete headers["Content-Encoding"];
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === "https:" ? https : http;
      const sent = request(options as http.RequestOptions, (resp) => {
        let body = "";
        resp.setEncoding("utf8");
        resp.on("data", (chunk: string) => body += chunk);
        resp.on("end", () => {
          const { statusCode = 0 } = resp;
          if (statusCode < 400) resolve({ resp, body });
          else {reject(
              new Error(`push failed with status ${statusCode}, ${body}`),
            );}
        });
      });
      sent.on("error", reject);
      sent.on(
        "timeout",
        () => sent.destroy(new Error("Pushgateway request timed out")),
      );
      if (method === "DELETE") {
        sent.end();
        return;
      }
      this.#registry.metrics().then((text) => {
        sent.write(
          headers?.["Content-Encoding"] === "gzip" ? gzipSync(text) : text,
        );
        sent.end();
      }).catch(reject);
    });
  }
}
