/**
 * Makes `src/dashboard/page_assets.ts` of the page's sources: bundles its modules, shortens its
 * text, and notes of what it was made.
 *
 * What users install has the result, so nobody but who changes the page needs this.
 * `page_assets_test.ts` fails when it was forgotten.
 *
 * @module
 */
import { filesIn } from "./_files.ts";
import { capture, root } from "./shared/process.ts";

const folder = "src/dashboard/page";
const target = "src/dashboard/page_assets.ts";

/** The sources: the page's own and those that it shares with the program. */
async function sources(): Promise<string[]> {
  const shared = await filesIn("src/dashboard/shared", (path) => path.endsWith(".ts"));
  return [...await filesIn(folder, () => true), ...shared].sort();
}

async function hashOf(paths: readonly string[]): Promise<string> {
  const texts = await Promise.all(
    paths.map(async (path) => `${path}\n${await Deno.readTextFile(new URL(path, root))}`),
  );
  const bytes = new TextEncoder().encode(texts.join("\n"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A style sheet or a document without what only people need. */
function shorten(text: string, isStyle: boolean): string {
  const plain = isStyle ? text.replace(/\/\*[\s\S]*?\*\//g, "") : text;
  const lines = plain.split("\n").map((line) => line.trim()).filter(Boolean);
  if (!isStyle) return lines.join("\n");
  return lines.join(" ").replace(/ ?([{};,>]) ?/g, "$1").replace(/: /g, ":").replace(/;}/g, "}")
    .replace(/([ :,(])0\./g, "$1.").replaceAll(" !important", "!important")
    .replace(/="([a-z][\w-]*)"\]/g, "=$1]");
}

const read = (name: string) => Deno.readTextFile(new URL(`${folder}/${name}`, root));

/** The page's modules as one script. */
async function bundle(): Promise<string> {
  const args = ["bundle", "--quiet", "--no-lock", "--platform=browser", "--minify"];
  const script = await capture([Deno.execPath(), ...args, `${folder}/main.ts`], 120);
  if (!script) throw new Error("Cannot make the page: deno bundle failed");
  // The page is sent as UTF-8: signs may stand as they are, but for those that nobody could see.
  const signs = script.replace(/\\u([0-9a-fA-F]{4})/g, (escape, hex) => {
    const sign = String.fromCharCode(parseInt(hex, 16));
    return /[\p{L}\p{S}\p{P}]/u.test(sign) && !/[\\"'`]/.test(sign) ? sign : escape;
  });
  // In a classic script names at the top would be everybody's.
  return `(()=>{${signs.trim()}})();`;
}

async function main(): Promise<void> {
  const page = {
    html: shorten(await read("index.html"), false),
    css: shorten(await read("page.css"), true),
    js: await bundle(),
  };
  const lines = [
    "// Made by `deno task page` of what is in `page/` and `shared/`; not to be changed by hand.",
    "// deno-fmt-ignore-file",
    "",
    "/** The page's document, style and script. */",
    "export const PAGE: { readonly html: string; readonly css: string; readonly js: string } = {",
    ...Object.entries(page).map(([name, text]) => `  ${name}: ${JSON.stringify(text)},`),
    "};",
    "",
    "/** SHA-256 of the sources. */",
    `export const SOURCES = "${await hashOf(await sources())}";`,
    "",
  ];
  await Deno.writeTextFile(new URL(target, root), lines.join("\n"));
  const bytes = Object.entries(page).map(([name, text]) =>
    `${name} ${new TextEncoder().encode(text).length}`
  );
  console.log(`${target}: ${bytes.join(", ")} bytes`);
}

await main();
