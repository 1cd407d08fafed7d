/**
 * What all parts of the screen know.
 *
 * @module
 */
import type { ThreadView } from "../dashboard/shared/conditions.ts";
import type { Model } from "../dashboard/shared/model.ts";
import type { Line, Style } from "./paint.ts";
import type { State } from "./state.ts";

/** What is drawn. */
export interface Screen {
  readonly model: Model;
  readonly state: State;
  /** Host of the page. */
  readonly host: string;
  /** How the connection stands. */
  readonly status: Status;
  /** The time that the figures are of, on the program's clock. */
  readonly now: number;
  readonly width: number;
  readonly height: number;
  /** Keys of rows in the order that holds while a row is chosen. */
  readonly held: readonly string[] | undefined;
}

/** How the connection stands. */
export interface Status {
  readonly kind: "live" | "paused" | "stale" | "lost" | "refused";
  readonly words: string;
}

/** A part of the screen. */
export interface Drawn {
  readonly lines: Line[];
  /** Keys of all rows, those out of sight too. */
  readonly rows: readonly string[];
  /** Series whose lines are in sight. */
  readonly sight?: readonly number[];
}

/** From so many columns on there is room for everything. */
export const WIDE = 100;

/** The colour of a thread's sign. */
export function styleOf({ condition }: ThreadView): Style {
  switch (condition) {
    case "moving":
      return "green";
    case "stuck":
    case "blocked":
    case "revoked":
      return "red";
    case "silent":
      return "yellow";
    default:
      return "plain";
  }
}

/** Rows in the order that holds: known ones as they stood, new ones behind them. */
export function hold<Row>(
  rows: readonly Row[],
  held: readonly string[] | undefined,
  keyOf: (row: Row) => string,
): readonly Row[] {
  if (held === undefined) return rows;
  const places = new Map(held.map((key, i) => [key, i]));
  const place = (row: Row) => places.get(keyOf(row)) ?? held.length;
  return [...rows].sort((a, b) => place(a) - place(b));
}

/** The rows in sight: `room` of them, with the chosen one among them. */
export function inSight<Row>(rows: readonly Row[], room: number, chosen: number): readonly Row[] {
  const first = Math.max(0, Math.min(rows.length - room, chosen - Math.floor(room / 2)));
  return rows.slice(first, first + Math.max(0, room));
}

/** What a rule says of an order. */
export function orderWords({ state }: Screen, by: string, isReversed: boolean): string {
  return state.row !== undefined ? "order held" : `sort: ${by}${isReversed ? ", other way" : ""}`;
}
