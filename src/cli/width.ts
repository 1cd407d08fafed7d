/**
 * Text measured in columns of a terminal, not in characters.
 *
 * @module
 */
import { printable } from "../dashboard/shared/printable.ts";

/** What is drawn over the character before it, or not at all. */
const NARROWEST = /^[\p{M}\p{Cf}]$/u;
/** What terminals draw over two columns: East Asian wide characters and emoji. */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]$/u;

/** How many columns one character takes. */
function columnsOf(character: string): number {
  if (character >= " " && character <= "~") return 1;
  return NARROWEST.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** How many columns a text takes. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** As much of a text as fits; an ellipsis says that there is more. */
export function cut(text: string, columns: number, ellipsis = "…"): string {
  if (columns <= 0) return "";
  let taken = "";
  let used = 0;
  // Beyond the last column only what has no width may come.
  for (const character of text) {
    const next = columnsOf(character);
    if (used + next > columns) return `${short(taken, columns - widthOf(ellipsis))}${ellipsis}`;
    taken += character;
    used += next;
  }
  return taken;
}

function short(text: string, columns: number): string {
  let taken = "";
  let used = 0;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    taken += character;
  }
  return taken;
}

/** A text in so many columns, cut or filled with blanks. */
export function pad(text: string, columns: number, side: "left" | "right" = "left"): string {
  const fitting = cut(text, columns);
  const blanks = " ".repeat(Math.max(0, columns - widthOf(fitting)));
  return side === "left" ? fitting + blanks : blanks + fitting;
}

/**
 * A name or a label as a terminal may have it: no control character reaches it, and no more of it
 * than anybody could read.
 */
export function safe(text: string): string {
  return visible(printable(text.slice(0, 500)));
}

/** A text in which everything can be seen: controls, marks of direction and halves of pairs are signs. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "\ufffd");
}
