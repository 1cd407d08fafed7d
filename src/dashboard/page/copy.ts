/**
 * Copies: what the program says of a view, all rows of it, not only those in sight.
 *
 * @module
 */
import type { State } from "./link.ts";

/** What can be copied. */
export type CopyKind = "text" | "json" | "curl" | "link";

/** Copies, and tells what to say about it. */
export async function copyView(kind: CopyKind, state: State): Promise<string> {
  const { view, metric, q, sort, window } = state;
  const given = Object.entries({
    ...{ view, metric, q, sort },
    w: window === 60 ? "" : String(window),
    format: kind === "json" ? "json" : "text",
  }).filter(([, value]) => value !== "");
  const address = new URL(`data?${new URLSearchParams(given)}`, document.baseURI);
  address.hash = "";
  try {
    switch (kind) {
      case "link":
        await navigator.clipboard.writeText(location.href);
        return "Link copied";
      case "curl":
        await navigator.clipboard.writeText(`curl -s '${address.href.replaceAll("'", "%27")}'`);
        return "Command copied";
      default: {
        const response = await fetch(address);
        if (!response.ok) throw new Error(response.statusText);
        const words = await response.text();
        await navigator.clipboard.writeText(words);
        return `${words.split("\n").length - 1} lines copied`;
      }
    }
  } catch (error) {
    return (error as Error).name === "NotAllowedError"
      ? "The browser does not let this page copy"
      : "There is nothing to copy: the connection is lost";
  }
}
