import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { anchorsOf, fileOf, isRelative, linksIn } from "../../scripts/shared/links.ts";
import { isDocument } from "../../scripts/shared/published.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** The published documents, by their paths from the root. */
function documents(): string[] {
  const below = ["docs", "examples", "bench"].flatMap((folder) =>
    (readdirSync(new URL(folder, root), { recursive: true }) as string[])
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
  );
  return [...readdirSync(root), ...below].filter((path) =>
    path.endsWith(".md") && isDocument(path) && !path.includes("node_modules")
  );
}

describe("links of the published documents", () => {
  for (const document of documents()) {
    it(`${document} links to files and headings that are there`, () => {
      const dead = linksIn(read(document)).filter((target) => {
        if (!isRelative(target) && !target.startsWith("#")) return false;
        const [, anchor] = target.split("#");
        const file = target.startsWith("#") ? document : fileOf(document, target);
        if (!existsSync(new URL(file, root))) return true;
        return anchor !== undefined && file.endsWith(".md") && !anchorsOf(read(file)).has(anchor);
      });
      assertEquals(dead, []);
    });
  }
});
