/**
 * The script of uPlot, which draws the page's charts, from the installed package.
 *
 * @module
 */

/** The version, as Deno must be told it; the same as in the import below. */
export const UPLOT = "npm:uplot@1.6.32";

/**
 * Whether this library is one of npm's packages in a folder. There Deno resolves modules as Node
 * does, and refuses specifiers that begin with `npm:`.
 */
function isInstalled(): boolean {
  return import.meta.url.includes("/node_modules/");
}

/** Loads one file of the package's `dist/` as text. */
async function read(file: string): Promise<string> {
  if ("Deno" in globalThis && !isInstalled()) {
    // Not a literal: the registry's analysis of modules does not know text imports. They need no
    // permission to read, unlike files.
    const specifier = `${UPLOT}/dist/${file}`;
    return (await import(specifier, { with: { type: "text" } })).default;
  }
  const url = new URL(import.meta.resolve(`uplot/dist/${file}`));
  if (url.protocol !== "file:") return await download(url);
  const { readFile } = await import("node:fs/promises");
  return await readFile(url, "utf8");
}

/** In a web page, whose import map tells where the package is. */
async function download(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status} for ${url}`);
  return await response.text();
}

/**
 * The script. Of the package's style sheet the page needs little, and has that in its own.
 *
 * @throws {Error} When the package is not installed.
 */
export async function readUplot(): Promise<string> {
  try {
    if ("Deno" in globalThis && !isInstalled()) {
      // This is what brings the package into the module graph, so that it is there without a
      // network. Not by an import map: that of this repository is not there where others use it as
      // it stands.
      // deno-lint-ignore no-import-prefix -- the same
      await import("npm:uplot@1.6.32");
    }
    return await read("uPlot.iife.min.js");
  } catch (cause) {
    const { name, message } = cause as Error;
    const remedy = "document" in globalThis
      ? 'the import map of this document must tell where "uplot/" is'
      : name === "NotCapable"
      ? "Deno must be allowed to read the npm package uplot (--allow-read), or the option uplot given"
      : "the npm package uplot must be installed, as it is with the library, or the option uplot given";
    throw new Error(`Cannot serve the page: ${remedy}, got ${message}`, { cause });
  }
}
