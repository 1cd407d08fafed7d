import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = new URL("../../", import.meta.url);
const { exports, name } = JSON.parse(readFileSync(new URL("deno.json", root), "utf8"));

interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly text: string;
  /** What comments say that its lines print. */
  readonly printed: readonly string[];
}

/** A line that prints, and a comment with what. */
const PRINTS = /^\s*console\.log\(.*\); \/\/ (.*)$/;

function snippetsOf(page: string): Snippet[] {
  const lines = readFileSync(new URL(page, root), "utf8").split("\n");
  const snippets: Snippet[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (lines[at] !== "```ts") continue;
    const end = lines.indexOf("```", at);
    const body = lines.slice(at + 1, end);
    const printed = body.flatMap((line) => PRINTS.exec(line)?.[1] ?? []);
    snippets.push({ page, line: at + 1, text: body.join("\n"), printed });
    at = end;
  }
  return snippets.filter(({ printed }) => printed.length > 0);
}

/** Runs a snippet as a module of its own, and returns what it prints. */
async function run(text: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "snippet-"));
  const file = join(folder, "snippet.ts");
  const resolved = text.replace(/from "(@x\/thread-stats[^"]*)"/g, (_, specifier: string) => {
    const path = exports[`.${specifier.slice(name.length)}`];
    return `from ${JSON.stringify(new URL(path, root).href)}`;
  });
  writeFileSync(file, resolved);
  const { log } = console;
  const before = process.cwd();
  // Where the package is that Node needs for files.
  process.chdir(fileURLToPath(new URL("tests/file", root)));
  const printed: string[] = [];
  console.log = (...values: unknown[]) =>
    void printed.push(
      values.map((one) => typeof one === "bigint" ? `${one}n` : `${one}`).join(" "),
    );
  try {
    await import(pathToFileURL(file).href);
  } finally {
    console.log = log;
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
  return printed;
}

const pages = ["README.md", ...readdirSync(new URL("docs/", root)).map((file) => `docs/${file}`)]
  .filter((page) => page.endsWith(".md"));
const snippets = pages.flatMap(snippetsOf);

describe("snippets of the documentation print what their comments say", () => {
  it("there are some", () => assert(snippets.length >= 5));

  for (const { page, line, text, printed } of snippets) {
    it(`${page}:${line}`, async () => {
      // Text that ends with a newline is printed as such.
      const lines = (await run(text)).map((one) => one.replace(/\n$/, ""));
      assertEquals(lines, [...printed]);
    });
  }
});
