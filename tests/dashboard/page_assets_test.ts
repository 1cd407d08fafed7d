import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { SOURCES } from "../../src/dashboard/page_assets.ts";

const root = new URL("../../", import.meta.url);

describe("page_assets.ts", () => {
  it("is made of the sources as they are: else run `deno task page`", () => {
    const folders = ["src/dashboard/page", "src/dashboard/shared"];
    const paths = folders.flatMap((folder) =>
      readdirSync(new URL(folder, root)).map((name) => `${folder}/${name}`)
    ).sort();
    const texts = paths.map((path) => `${path}\n${readFileSync(new URL(path, root), "utf8")}`);
    assertEquals(
      createHash("sha256").update(texts.join("\n")).digest("hex"),
      SOURCES,
    );
  });
});
