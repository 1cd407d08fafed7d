/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Shows the live page of `@x/thread-stats/dashboard` in a frame of the document whose threads it is
 * about. No server takes part: the frame's requests go to the handler.
 *
 * @module
 */

/** What `dashboardHandler` makes. */
export type Handler = (request: Request) => Promise<Response>;

/** Any address at which the handler answers. */
const BASE = "http://localhost/";

/** Writes the page into an empty frame. */
export async function showLivePage(frame: HTMLIFrameElement, handler: Handler): Promise<void> {
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await handler(new Request(new URL(path, BASE), init));
    const { signal } = init ?? {};
    if (response.body === null || !signal) return response;
    // A server would notice that the page has closed the connection.
    return new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
  };
  let html = await readText(await ask(""));
  for (const [asset] of html.matchAll(/assets\/[^"]+/g)) {
    const response = await ask(asset);
    const type = response.headers.get("content-type") ?? "";
    const blob = new Blob([await readText(response)], { type });
    html = html.replaceAll(asset, URL.createObjectURL(blob));
  }
  const view = frame.contentWindow! as Window & typeof globalThis;
  view.fetch = (input, init) => ask(String(input), init);
  view.document.open();
  view.document.write(html);
  view.document.close();
}

async function readText(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
