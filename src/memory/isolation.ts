/**
 * Whether a web page lets its threads share memory. Browsers do only in pages that are cross-origin
 * isolated. In others `SharedArrayBuffer` is not there at all, and a `WebAssembly.Memory` is, but
 * cannot be sent to a worker.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/** What browsers tell of a page and its workers; undefined in other runtimes. */
interface BrowserGlobals {
  readonly SharedArrayBuffer?: unknown;
  readonly crossOriginIsolated?: boolean;
  readonly isSecureContext?: boolean;
}

/** The headers with which a page, and each worker's script, must be served. */
const HEADERS =
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

/**
 * Checks that threads can share memory here.
 *
 * @throws {Error} When they cannot. It names the headers that are missing.
 */
export function assertIsolated(action: string): void {
  const { SharedArrayBuffer, crossOriginIsolated, isSecureContext } = globalThis as BrowserGlobals;
  if (crossOriginIsolated !== false && SharedArrayBuffer !== undefined) return;
  const required = isSecureContext === false
    ? `browsers share memory only in pages from https or localhost, served with ${HEADERS}`
    : `browsers share memory only in pages that are served with ${HEADERS}`;
  const found = crossOriginIsolated === undefined
    ? "no SharedArrayBuffer"
    : `crossOriginIsolated = ${crossOriginIsolated}`;
  throw new Error(cannot(action, required, got(found)));
}
