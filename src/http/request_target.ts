/**
 * The target of a request: its path and its query.
 *
 * @module
 */

/** The parts of a URL that name what a request asks for. */
export interface RequestTarget {
  /** Begins with a slash, unless the target is none: `*`, for example. */
  readonly path: string;
  /** Without its question mark; empty if there is none. */
  readonly query: string;
}

/**
 * Splits a URL, or what stands in the first line of an HTTP request. Not by `new URL`: for a
 * request with an invalid `Host`, Bun gives an invalid URL.
 */
export function targetOf(url: string): RequestTarget {
  const [, path = "", query = ""] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i.exec(url) ??
      [];
  return { path: path === "" ? "/" : path, query };
}
