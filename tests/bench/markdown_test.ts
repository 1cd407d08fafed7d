import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { fillSections, table } from "../../bench/documents/markdown.ts";

describe("table()", () => {
  it("pads as the formatter does: text to the left, figures to the right", () => {
    assertEquals(
      table(["case", "Bun"], [["a", "1.25 µs"], ["longer", "–"]]).split("\n"),
      [
        "| case   |     Bun |",
        "| ------ | ------: |",
        "| a      | 1.25 µs |",
        "| longer |       – |",
      ],
    );
  });

  it("has columns of three characters at least", () => {
    assertStrictEquals(table(["a", "b"], [], 1), "| a   |   b |\n| --- | --: |");
  });

  it("has as many columns of text as it is told", () => {
    assertEquals(
      table(["a", "b", "c"], [["x", "y", "1"]], 2).split("\n")[1],
      "| --- | --- | --: |",
    );
  });
});

describe("fillSections()", () => {
  const sections = new Map([["x", "new $& x"], ["y", "new y"]]);

  it("puts sections between their markers, and leaves the rest", () => {
    const text = "a\n\n<!-- bench:x -->\n\nold\n\n<!-- /bench:x -->\n\nb\n<!-- bench:y -->\n" +
      "<!-- /bench:y -->\n";
    const filled = "a\n\n<!-- bench:x -->\n\nnew $& x\n\n<!-- /bench:x -->\n\nb\n" +
      "<!-- bench:y -->\n\nnew y\n\n<!-- /bench:y -->\n";
    assertStrictEquals(fillSections(text, sections), filled);
    assertStrictEquals(fillSections(filled, sections), filled);
  });

  it("leaves one empty line in place of a section without rows", () => {
    const filled = "<!-- bench:x -->\n\n<!-- /bench:x -->\n";
    assertStrictEquals(fillSections(filled, new Map([["x", ""]])), filled);
  });

  it("refuses a section that is not there", () => {
    assertThrows(
      () => fillSections("<!-- bench:z -->\n<!-- /bench:z -->", sections),
      RangeError,
      "Cannot fill the text: a section of x, y is required, got z",
    );
  });

  it("refuses a marker without an end", () => {
    for (const end of ["", "<!-- /bench:y -->\n"]) {
      assertThrows(
        () => fillSections(`<!-- bench:x -->\nold\n${end}`, sections),
        RangeError,
        "an end for each of 1 markers is required, got 0",
      );
    }
  });
});
