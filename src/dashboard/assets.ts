/**
 * What the page consists of: its own document, style and script, and uPlot's script.
 *
 * The page's sources are in `page/`. What is served is in `page_assets.ts`, which `deno task page`
 * makes of them: text that is part of the module graph is the only one that is there however the
 * package was installed. (Text imports are not: Node has none, and JSR refuses packages with them.
 * Files beside a module are not: from JSR, Deno would have to fetch them from the network.)
 *
 * @module
 */
import { PAGE } from "./page_assets.ts";
import { readUplot } from "./uplot.ts";

/** One file, ready to be sent. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The document and the files that it names. */
export interface Assets {
  readonly html: string;
  readonly files: ReadonlyMap<string, Asset>;
}

/**
 * Reads all of it. `title` stands in the document from the first paint; `uplot` is uPlot's script,
 * if the user has brought it.
 */
export async function loadAssets(title: string, uplot: string | undefined): Promise<Assets> {
  const files = new Map<string, Asset>([
    ["page.css", { type: "text/css", body: PAGE.css }],
    ["uplot.js", { type: "text/javascript", body: uplot ?? await readUplot() }],
    ["page.js", { type: "text/javascript", body: PAGE.js }],
  ]);
  let html = PAGE.html.replaceAll("{title}", () => escapeHtml(title));
  for (const [name, { body }] of files) {
    html = html.replaceAll(`assets/${name}`, `assets/${name}?v=${await hashOf(body)}`);
  }
  return { html, files };
}

/** Another text, another address: so browsers may keep what they have for ever. */
async function hashOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes, 0, 8), (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => signs[sign]);
}
