/**
 * Who may read: checks of a request before it is answered.
 *
 * @module
 */
import { textResponse } from "../http/text_response.ts";
import type { CheckedOptions } from "./options.ts";

/**
 * What every answer says: it runs nothing but its own files, and nobody may frame it or read it
 * from elsewhere.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** A text with these headers. */
export function plainText(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return textResponse(status, text, { ...SECURITY_HEADERS, ...headers });
}

/** Why a request is refused; `undefined` when it may be answered. */
export async function refusalOf(
  request: Request,
  { authorize, hosts }: Pick<CheckedOptions, "authorize" | "hosts">,
): Promise<Response | undefined> {
  try {
    const answer = await authorize(request);
    if (answer instanceof Response) return answer;
    if (answer !== true) return plainText(403, "This page may not be read");
  } catch (error) {
    console.error(error);
    return plainText(403, "This page may not be read");
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return plainText(405, "Only GET and HEAD are allowed", { allow: "GET, HEAD" });
  }
  const host = hostOf(request);
  if (hosts !== "any" && (host === undefined || !isAllowed(host, hosts))) {
    const words = "is not one that the page is for: name it in the option hosts of the dashboard";
    return plainText(403, `The host ${JSON.stringify(host ?? "")} ${words}`);
  }
  if (!isSameOrigin(request, host)) return plainText(403, "Other pages may not read this one");
  return undefined;
}

/**
 * The host of a request with its port, in lower case. Requests that a program makes itself have it
 * in their address alone.
 */
function hostOf({ headers, url }: Request): string | undefined {
  const named = headers.get("host") ?? (URL.canParse(url) ? new URL(url).host : "");
  return /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d*)?$/i.test(named) ? named.toLowerCase() : undefined;
}

function isAllowed(host: string, hosts: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, "");
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name) || hosts.includes(name);
}

/**
 * Whether a request comes from this page, from an address line, or from a program that is no
 * browser.
 */
function isSameOrigin({ headers }: Request, host: string | undefined): boolean {
  const origin = headers.get("origin");
  if (origin !== null) {
    return URL.canParse(origin) && new URL(origin).host === withoutDefaultPort(origin, host);
  }
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none" ||
    headers.get("sec-fetch-mode") === "navigate";
}

/** A host as addresses of the same scheme have it: `:80` is left out of those of `http`. */
function withoutDefaultPort(origin: string, host: string | undefined): string | undefined {
  const address = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(address) ? new URL(address).host : undefined;
}
