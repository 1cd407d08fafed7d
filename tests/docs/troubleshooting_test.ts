import { assert } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { readdirSync, readFileSync, statSync } from "node:fs";

const root = new URL("../../", import.meta.url);

function sources(folder: string): string {
  return readdirSync(new URL(folder, root)).map((name) => {
    const path = `${folder}/${name}`;
    if (statSync(new URL(path, root)).isDirectory()) return sources(path);
    return path.endsWith(".ts") ? readFileSync(new URL(path, root), "utf8") : "";
  }).join("\n");
}

/** Texts without what string literals and line breaks put in between. */
function plain(text: string): string {
  return text.replace(/["'`]\s*\+\s*["'`]/g, "").replace(/\$\{[^}]*\}/g, "N").replace(/\s+/g, " ");
}

describe("docs/troubleshooting.md", () => {
  const page = readFileSync(new URL("docs/troubleshooting.md", root), "utf8");
  const [errors, questions] = page.split("\n## Questions\n");

  it("has a section of questions", () => assert(questions.length > 0));

  it("each heading is the text of an error or warning in the source", () => {
    const text = plain(sources("src"));
    const headings = [...errors.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    assert(headings.length >= 10);
    for (const heading of headings) assert(text.includes(plain(heading)), heading);
  });
});
