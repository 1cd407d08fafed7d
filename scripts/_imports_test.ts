import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  allowedImports,
  forbiddenImports,
  importCircles,
  importsIn,
  privateImports,
  roomOf,
} from "./_imports.ts";

describe("importsIn()", () => {
  it("finds imports, re-exports, types and dynamic imports, relative to the root", () => {
    const text = `
import { a } from "./a.ts";
import type { B } from "../b/b.ts";
import {
  // A comment inside.
  c,
} from './c.ts';
export { d } from "./d.ts";
export * from "./e.ts";
import "./f.ts";
const g = await import("./g.ts");
type H = import("./h.ts").H;
import manifest from "./i.json" with { type: "json" };
`;
    assertEquals(importsIn("src/room/file.ts", text), [
      ...["src/room/a.ts", "src/b/b.ts", "src/room/c.ts", "src/room/d.ts", "src/room/e.ts"],
      ...["src/room/f.ts", "src/room/i.json", "src/room/g.ts", "src/room/h.ts"],
    ]);
  });

  it("finds none in comments, of packages, or in what only looks like one", () => {
    const text = `
import { assert } from "@std/assert";
/** import { f } from "./f.ts"; */
/**
 * import { g } from "./g.ts";
 * const h = await import("./h.ts");
 */
// import { i } from "./i.ts";
export const from = "./j.ts";
export function k() { return { from: "./k.ts" }; }
`;
    assertEquals(importsIn("src/room/file.ts", text), []);
  });

  it("is not led astray by what begins no comment", () => {
    const text = 'export const glob = "src/**/*.ts";\nimport { a } from "./a.ts";\n';
    assertEquals(importsIn("src/room/file.ts", text), ["src/room/a.ts"]);
  });
});

describe("roomOf()", () => {
  it("is the folder below src, or the name of a file that stands there", () => {
    assertStrictEquals(roomOf("src/metrics/counter/counter_writer.ts"), "metrics");
    assertStrictEquals(roomOf("src/errors.ts"), "errors");
  });

  it("is nothing outside of src", () => {
    assertStrictEquals(roomOf("mod.ts"), undefined);
    assertStrictEquals(roomOf("tests/metrics/metric_test.ts"), undefined);
  });
});

/** A page with this table of rooms. */
function page(...rows: string[]): string {
  const table = ["| room | may import |", "| ---- | ---------- |", ...rows].join("\n");
  return `# Architecture\n\n| a | b |\n| - | - |\n| \`c\` | d |\n\n${table}\n\nText.\n`;
}

const allowed = allowedImports(page(
  "| `errors.ts` | nothing |",
  "| `memory` | `errors.ts` |",
  "| `metrics` | `memory`, `errors.ts` |",
));

describe("allowedImports()", () => {
  it("reads the table of the page", () => {
    assertEquals(
      allowed,
      new Map([
        ["errors", new Set<string>()],
        ["memory", new Set(["errors"])],
        ["metrics", new Set(["memory", "errors"])],
      ]),
    );
  });

  it("takes several rooms in one row", () => {
    assertEquals(
      allowedImports(page("| `a` | nothing |", "| `b`, `c` | `a` |")),
      new Map([["a", new Set<string>()], ["b", new Set(["a"])], ["c", new Set(["a"])]]),
    );
  });

  it("throws when there is no such table, or when its rows contradict each other", () => {
    assertThrows(() => allowedImports("# Architecture"), Error, "a table with the head");
    assertThrows(() => allowedImports(page("| a | nothing |")), Error, "must name a room");
    assertThrows(
      () => allowedImports(page("| `a` | nothing |", "| `a` | nothing |")),
      Error,
      "one row per room is required, got two of `a`",
    );
    assertThrows(() => allowedImports(page("| `a` | `b` |")), Error, "got none for `b`");
  });
});

describe("forbiddenImports()", () => {
  it("names imports upwards, out of src, and of files in rooms that the table does not have", () => {
    const graph = new Map([
      ["src/metrics/a.ts", ["src/memory/b.ts", "src/metrics/c.ts"]],
      ["src/memory/b.ts", ["src/errors.ts", "src/metrics/a.ts", "bench/results.ts"]],
      ["src/new/d.ts", []],
    ]);
    assertEquals(forbiddenImports(graph, allowed), [
      "src/memory/b.ts: `memory` may not import src/metrics/a.ts",
      "src/memory/b.ts: `memory` may not import bench/results.ts",
      "src/new/d.ts: the table has no room `new`",
    ]);
  });

  it("leaves files outside of src alone", () => {
    assertEquals(forbiddenImports(new Map([["mod.ts", ["src/memory/b.ts"]]]), allowed), []);
  });
});

describe("privateImports()", () => {
  it("names imports of another folder's private files", () => {
    const graph = new Map([
      ["scripts/a.ts", ["scripts/_b.ts"]],
      ["scripts/inner/c.ts", ["scripts/_b.ts"]],
      ["bench/d.ts", ["scripts/_b.ts", "scripts/a.ts"]],
    ]);
    assertEquals(privateImports(graph), ["bench/d.ts: scripts/_b.ts is private to its folder"]);
  });
});

describe("importCircles()", () => {
  it("finds none in a graph without", () => {
    const graph = new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]]);
    assertEquals(importCircles(graph), []);
  });

  it("finds a file that imports itself, and longer circles", () => {
    const graph = new Map([["a", ["a"]], ["b", ["c"]], ["c", ["d"]], ["d", ["b"]]]);
    assertEquals(importCircles(graph), ["a -> a", "b -> c -> d -> b"]);
  });
});
