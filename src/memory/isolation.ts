/**
 * Whether threads can share memory here. Browsers let them only in pages that are cross-origin
 * isolated. In others `SharedArrayBuffer` is not there at all, and a `WebAssembly.Memory` is, but
 * cannot be sent to a worker.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";

/** What runtimes tell; the latter two are those of browsers alone, and undefined in other runtimes. */
export interface SharingGlobals {
  readonly Atomics?: unknown;
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
 * @throws {Error} When they cannot. It names what is missing: headers, or a global object.
 */
export function assertIsolated(action: string, globals: SharingGlobals = globalThis): void {
  const { Atomics, SharedArrayBuffer, crossOriginIsolated, isSecureContext } = globals;
  if (Atomics === undefined) {
    const required = "threads share memory by the global object Atomics, which must not be removed";
    throw new Error(cannot(action, required, got("no Atomics")));
  }
  if (crossOriginIsolated !== false && SharedArrayBuffer !== undefined) return;
  if (crossOriginIsolated === undefined && isSecureContext === undefined) {
    const required =
      "this runtime has the global object SharedArrayBuffer unless something removes it";
    throw new Error(cannot(action, required, got("no SharedArrayBuffer")));
  }
  const required = isSecureContext === false
    ? `browsers share memory only in pages from https or localhost, served with ${HEADERS}`
    : `browsers share memory only in pages that are served with ${HEADERS}`;
  const found = crossOriginIsolated === undefined
    ? "no SharedArrayBuffer"
    : `crossOriginIsolated = ${crossOriginIsolated}`;
  throw new Error(cannot(action, required, got(found)));
}
