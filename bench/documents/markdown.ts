/**
 * Formats a table as `deno fmt` does: text in the first columns, figures in the others.
 *
 * @param head The heads of the columns
 * @param rows Rows of as many cells as `head` has
 * @param textColumns The number of columns with text
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column])].map((cell) => [...cell].length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, column) => {
        const space = " ".repeat(widths[column] - [...cell].length);
        return column < textColumns ? cell + space : space + cell;
      }).join(" | ")
    } |`;
  const rule = widths.map((width, column) =>
    column < textColumns ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/**
 * Replaces the text between each pair of markers, `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`,
 * by the section of that name.
 *
 * @throws {RangeError} When a marker names an unknown section, or has no end.
 */
export function fillSections(text: string, sections: ReadonlyMap<string, string>): string {
  const filled = text.replaceAll(
    /^<!-- bench:(\S+) -->\n[^]*?^<!-- \/bench:\1 -->$/gm,
    (_, name: string) => {
      const section = sections.get(name);
      if (section === undefined) {
        const known = [...sections.keys()].join(", ");
        throw new RangeError(
          `Cannot fill the text: a section of ${known} is required, got ${name}`,
        );
      }
      // Without rows yet: with two empty lines `deno fmt` would take one away.
      const lines = section === "" ? "" : `${section}\n\n`;
      return `<!-- bench:${name} -->\n\n${lines}<!-- /bench:${name} -->`;
    },
  );
  const begun = filled.match(/^<!-- bench:/gm)?.length ?? 0;
  const ended = [...filled.matchAll(/^<!-- bench:(\S+) -->\n[^]*?^<!-- \/bench:\1 -->$/gm)].length;
  if (begun !== ended) {
    throw new RangeError(
      `Cannot fill the text: an end for each of ${begun} markers is required, got ${ended}`,
    );
  }
  return filled;
}
