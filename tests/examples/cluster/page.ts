import { readFile } from "node:fs/promises";

/** The page on clusters. */
export function clusterPage(): Promise<string> {
  return readFile(new URL("../../../docs/cluster.md", import.meta.url), "utf8");
}

/** The cells of the rows of the table that begins with a header. */
export function tableBelow(page: string, header: string): string[][] {
  const lines = page.slice(page.indexOf(`| ${header} `)).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(2, end).map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** The blocks of code in a language. */
export function blocksOf(page: string, language: string): string[] {
  const blocks = page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"));
  return Array.from(blocks, ([, text]) => text);
}
