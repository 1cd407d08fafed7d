/**
 * Short responses in words: refusals and errors.
 *
 * @module
 */
import { copyOwnProperties } from "../base/options.ts";

/** A response of one line of text. */
export function textResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = { "content-type": "text/plain; charset=utf-8", ...headers };
  // Without prototypes, as all objects given to the platform: it would take properties of
  // `Object.prototype` for options.
  return new Response(
    `${text}\n`,
    copyOwnProperties({ status, headers: copyOwnProperties(all) }),
  );
}
