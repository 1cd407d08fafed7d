/**
 * A column of a table: what stands in its cells, and what its rows are sorted by.
 *
 * @module
 */

/** A column. `Row` is what a row is known by: it must tell rows apart. */
export interface TableColumn<Cell extends HTMLElement = HTMLElement> {
  readonly key: string;
  readonly title: string;
  readonly width?: string;
  readonly isRight?: boolean;
  /** Whether a phone has no room for it. */
  readonly isWide?: boolean;
  make(): Cell;
  fill(cell: Cell, row: number, words: readonly string[]): void;
  /** What the rows can be sorted by. */
  readonly sort?: (row: number) => string | number;
}
