/**
 * What is looked at: the address of a live page.
 *
 * @module
 */
import { cannot } from "../base/errors.ts";

/**
 * The address of a page, with a slash at its end. `localhost:8000/live` is
 * `http://localhost:8000/live/`.
 *
 * @throws {TypeError} When it is no address of a page.
 */
export function pageAddress(source: string): string {
  const required = "the source must be the URL of a live page, such as http://localhost:8000/live/";
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(source);
  const isHost = /^(localhost|[a-z0-9.-]+:\d+|\[[0-9a-f:]+\](:\d+)?)(\/|$)/i.test(source);
  if (!hasScheme && !isHost) {
    throw new TypeError(
      cannot("read the source", `${required}; files with statistics cannot be read yet`, source),
    );
  }
  let url: URL;
  try {
    url = new URL(hasScheme ? source : `http://${source}`);
  } catch {
    throw new TypeError(cannot("read the source", required, source));
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(cannot("read the source", required, source));
  }
  // A link that somebody copied from the page has the place in it.
  url.hash = url.search = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url.href;
}
