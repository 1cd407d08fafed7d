/**
 * What is looked at: the address of a live page, or a file with statistics.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { cannot } from "../base/errors.ts";

/** What is looked at. */
export interface Source {
  /** The address of the page, with a slash at its end; of a file's, one that only `ask` knows. */
  readonly address: string;
  /** The path of the file; empty when it is a page. */
  readonly path: string;
}

/** Of a file. */
const NO_ADDRESS = "http://localhost/";
const REQUIRED =
  "the source must be the URL of a live page, such as http://localhost:8000/live/, or a file";

/**
 * The page or the file that somebody has named. `localhost:8000/live` is the page
 * `http://localhost:8000/live/`; a file of such a name is `./localhost:8000/live`.
 *
 * @throws {TypeError} When it is neither.
 */
export function sourceOf(source: string): Source {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source) ?? [];
  const isHost = /^(localhost|[a-z0-9.-]+:\d+|\[[0-9a-f:]+\](:\d+)?)(\/|$)/i.test(source);
  if (scheme === undefined && !isHost) {
    if (source === "" || source.includes("\0")) throw wrong(source);
    return { address: NO_ADDRESS, path: source };
  }
  let url: URL;
  try {
    url = new URL(isHost ? `http://${source}` : source);
    if (url.protocol === "file:") return { address: NO_ADDRESS, path: fileURLToPath(url) };
  } catch {
    throw wrong(source);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw wrong(source);
  // A link that somebody copied from the page has the place in it.
  url.hash = url.search = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return { address: url.href, path: "" };
}

function wrong(source: string): TypeError {
  return new TypeError(cannot("read the source", REQUIRED, source));
}
