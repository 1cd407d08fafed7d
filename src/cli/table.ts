/**
 * Rows with columns, for a given width.
 *
 * @module
 */
import type { Line, Span, Style } from "./paint.ts";
import { pad } from "./width.ts";

/** A column. */
export interface Column<Row> {
  readonly head: string;
  readonly width: number;
  readonly side?: "left" | "right";
  readonly style?: Style;
  /** The columns with the highest numbers are left out first; 0: never. */
  readonly drop: number;
  cell(row: Row): string;
}

/** Three columns before each row: its sign. */
export type Sign<Row> = (row: Row) => Span;

/** As many of the columns as fit. */
function fitting<Row>(columns: readonly Column<Row>[], room: number): readonly Column<Row>[] {
  const total = columns.reduce((sum, { width }) => sum + width + 1, -1);
  const worst = columns.reduce((most, { drop }) => Math.max(most, drop), 0);
  if (total <= room || worst === 0) return columns;
  return fitting(columns.filter(({ drop }) => drop !== worst), room);
}

/** The heads and the rows. */
export function table<Row>(
  rows: readonly Row[],
  all: readonly Column<Row>[],
  { width, sign, isChosen }: {
    readonly width: number;
    readonly sign: Sign<Row>;
    isChosen(row: Row): boolean;
  },
): { readonly head: Line; readonly lines: Line[] } {
  const columns = fitting(all, width - 3);
  const spans = (cell: (column: Column<Row>) => string, style?: Style): Span[] =>
    columns.map((column) => [
      `${pad(cell(column), column.width, column.side)} `,
      style ?? column.style ?? "plain",
    ]);
  return {
    head: { spans: [["   ", "plain"], ...spans(({ head }) => head, "dim")] },
    lines: rows.map((row) => ({
      spans: [sign(row), ...spans((column) => column.cell(row))],
      isChosen: isChosen(row),
    })),
  };
}

/** A rule with words at both ends. */
export function rule(left: string, right: string, width: number): Line {
  const end = right === "" ? "" : ` ${right} ─`;
  const begin = `─ ${left} `;
  const room = width - end.length;
  return {
    spans: [[pad(begin + "─".repeat(width), Math.max(0, room)).replace("…", "─"), "dim"], [
      end,
      "dim",
    ]],
  };
}
