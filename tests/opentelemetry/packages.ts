// deno-lint-ignore-file no-import-prefix -- every task would download imports of deno.json
/**
 * OpenTelemetry's packages, which only these tests need. `scripts/test.ts` installs them into this
 * folder's `node_modules` (by hand: `npm install --no-save` in this folder), where all three
 * runtimes find them.
 *
 * @module
 */
import { createRequire } from "node:module";
import type * as Api from "npm:@opentelemetry/api@1.10.0";
import type * as Proto from "npm:@opentelemetry/exporter-metrics-otlp-proto@0.301.0";
import type * as Resources from "npm:@opentelemetry/resources@3.1.0";
import type * as Sdk from "npm:@opentelemetry/sdk-metrics@3.1.0";

const require = createRequire(new URL("./package.json", import.meta.url));
/** The last version with OTLP's official definitions, compiled by protobufjs, and its SDK. */
const older = createRequire(require.resolve("@opentelemetry/otlp-transformer"));

/** The API. */
export const api: typeof Api = require("@opentelemetry/api");
/** The SDK, 3.x. */
export const sdk: typeof Sdk = require("@opentelemetry/sdk-metrics");
/** The SDK, 2.x; the parts that are used have the same types. */
export const sdk2: typeof Sdk = older("@opentelemetry/sdk-metrics");
/** Resources. */
export const resources: typeof Resources = require("@opentelemetry/resources");
/** The OTLP/HTTP exporter. */
export const exporter: typeof Proto = require(
  "@opentelemetry/exporter-metrics-otlp-proto",
);

/** A message type of OTLP, as protobufjs compiles it. */
interface MessageType {
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: { longs: StringConstructor }): unknown;
}
const { opentelemetry } = older("./generated/root.js");
/** The request that carries metrics. */
export const ExportMetricsServiceRequest: MessageType =
  opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

export type { Api, Sdk };
/** A meter of the API. */
export type Meter = Api.Meter;
/** An observable instrument of the API. */
export type Observable = Api.Observable;
