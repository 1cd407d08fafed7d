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
  let words: string;
  let said: string;
  try {
    if (kind === "link") [words, said] = [location.href, "Link copied"];
    else if (kind === "curl") {
      words = `curl -s '${address.href.replaceAll("'", "%27")}'`;
      said = "Command copied";
    } else {
      const response = await fetch(address);
      if (!response.ok) throw new Error(response.statusText);
      words = await response.text();
      said = `${words.split("\n").length - 1} lines copied`;
    }
  } catch {
    return "There is nothing to copy: the connection is lost";
  }
  try {
    // It is not there where the page came without encryption from another machine.
    await navigator.clipboard.writeText(words);
    return said;
  } catch {
    return "The browser does not let this page copy";
  }
}
