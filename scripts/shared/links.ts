/**
 * The links of Markdown documents, for the npm package: it has declarations in place of the
 * sources, and neither tests nor benchmarks.
 *
 * @module
 */
import { dirname, join } from "node:path";

/** A link or an image. The text may have brackets, as that of an image in a link. */
const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g;

/** Puts something in the place of each link outside of blocks of code. */
function replaceLinks(
  markdown: string,
  replace: (whole: string, text: string, target: string) => string,
): string {
  const replaceIn = (line: string): string =>
    line.replace(LINK, (_whole, mark: string, text: string, target: string) => {
      const inner = text.includes("](") ? replaceIn(text) : text;
      return replace(`${mark}[${inner}](${target})`, inner, target);
    });
  let isCode = false;
  return markdown.split("\n").map((line) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    return isCode ? line : replaceIn(line);
  }).join("\n");
}

/** Where the links of a document lead to, in its order. */
export function linksIn(markdown: string): string[] {
  const targets: string[] = [];
  replaceLinks(markdown, (whole, _text, target) => {
    targets.push(target);
    return whole;
  });
  return targets;
}

/** Whether a link leads to a file beside the document, not to an address or within it. */
export function isRelative(target: string): boolean {
  return !/^([a-z][a-z+.-]*:|#|\/)/i.test(target);
}

/** The file or folder to which a relative link of a document leads, from the root. */
export function fileOf(document: string, target: string): string {
  return join(dirname(document), target.split("#")[0]).replaceAll("\\", "/").replace(/\/$/, "");
}

/**
 * A document as a package has it that lacks some files: links to sources lead to their
 * declarations, and of links to what is not there the text remains.
 *
 * @param has Whether the package has a file or folder.
 */
export function linkWithin(
  markdown: string,
  document: string,
  has: (path: string) => boolean,
): string {
  return replaceLinks(markdown, (whole, text, target) => {
    const file = fileOf(document, target);
    if (!isRelative(target) || has(file)) return whole;
    if (!has(file.replace(/\.ts$/, ".d.ts"))) return text;
    // A line of the source is another one there.
    const declared = target.replace(/\.ts(#.*)?$/, ".d.ts");
    return whole.slice(0, -target.length - 1) + `${declared})`;
  });
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  let isCode = false;
  for (const line of markdown.split("\n")) {
    if (/^\s*```/.test(line)) isCode = !isCode;
    const heading = isCode ? null : /^#{1,6} (.*)$/.exec(line);
    if (heading === null) continue;
    const plain = heading[1].replace(LINK, "$2").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
