import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { anchorsOf, fileOf, isRelative, linksIn, linkWithin } from "./links.ts";

const markdown = [
  "# The `page`, and [more](a.md)",
  "[one](../src/a.ts#L3) ![picture](b.png) [`code[0]`](../bench/c.ts) and [d](d.md#x)",
  "[![badge](https://x.org/b.svg)](../.ci/run) [far](https://x.org/a.ts)",
  "```ts",
  "const a = b[0](c);",
  "```",
].join("\n");

describe("linksIn()", () => {
  it("finds links and images, not what looks like one in code", () => {
    assertEquals(linksIn(markdown), [
      ...["a.md", "../src/a.ts#L3", "b.png", "../bench/c.ts", "d.md#x"],
      ...["https://x.org/b.svg", "../.ci/run", "https://x.org/a.ts"],
    ]);
  });
});

describe("isRelative()", () => {
  it("is false for addresses and for places in the document", () => {
    const targets = ["a.md", "../a", "#a", "https://x.org", "mailto:a@x.org", "/a"];
    assertEquals(targets.map(isRelative), [true, true, false, false, false, false]);
  });
});

describe("fileOf()", () => {
  it("is a path from the root", () => {
    assertEquals(fileOf("docs/a.md", "../src/b.ts#L1"), "src/b.ts");
    assertEquals(fileOf("a.md", "docs/"), "docs");
  });
});

describe("linkWithin()", () => {
  it("leads to declarations, and leaves the text of links to what is not there", () => {
    const files = ["docs/a.md", "docs/d.md", "docs/b.png", "src/a.d.ts"];
    assertEquals(
      linkWithin(markdown, "docs/x.md", (path) => files.includes(path)).split("\n"),
      [
        "# The `page`, and [more](a.md)",
        "[one](../src/a.d.ts) ![picture](b.png) `code[0]` and [d](d.md#x)",
        "![badge](https://x.org/b.svg) [far](https://x.org/a.ts)",
        "```ts",
        "const a = b[0](c);",
        "```",
      ],
    );
  });
});

describe("anchorsOf()", () => {
  it("is what GitHub makes of headings", () => {
    const headings = "# The `page`, and [more](a.md)\n## A_b: c\n```sh\n# no\n```\n## A_b: c";
    assertEquals([...anchorsOf(headings)], ["the-page-and-more", "a_b-c", "a_b-c-1"]);
  });
});
