/**
 * Lines of a terminal as pieces of text with a style, and the escape sequences that draw them.
 *
 * @module
 */
import { cut, visible, widthOf } from "./width.ts";

/** How a piece of text looks. The colours are those of the terminal's own theme. */
export type Style = "plain" | "dim" | "bold" | "red" | "yellow" | "green";

/** A piece of a line. */
export type Span = readonly [text: string, style: Style];

/** One line of the screen. */
export interface Line {
  readonly spans: readonly Span[];
  /** Whether it is the chosen row, which is drawn in reverse. */
  readonly isChosen?: boolean;
}

/** What the terminal can show. */
export interface Looks {
  /** Whether it knows more than ASCII. */
  readonly hasSigns: boolean;
  readonly hasColors: boolean;
}

const CODES: Readonly<Record<Style, string>> = {
  plain: "",
  dim: "2",
  bold: "1",
  red: "31",
  yellow: "33",
  green: "32",
};

/** What stands for signs where there is nothing but ASCII. */
const ASCII: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ..."●* ○o ◐? ▲! ✕x ◌. –- −- ─- ·. →= ↗^ ↘v ∞~ µu ×x …~ ▌> ━= ╌. ┤| ░. ▒+ ▓# ↑^ ↓v ■# ▁_ ▂_ ▃. ▄- ▅= ▆= ▇* █#"
      .split(" "),
  ].map((pair) => {
    const [sign, plain] = [...pair];
    return [sign, plain];
  }),
);

/** A line from pieces. */
export function line(...spans: readonly (Span | string)[]): Line {
  return { spans: spans.map((span) => typeof span === "string" ? [span, "plain"] : span) };
}

/** The text of a line, as the terminal can show it, without colours. */
export function textOf({ spans }: Line, looks: Looks): string {
  return spans.map(([text]) => signs(text, looks)).join("");
}

/** A text in the signs that the terminal has. */
export function signs(text: string, { hasSigns }: Looks): string {
  // Terminals draw the narrow no-break space in as many ways as there are fonts.
  // The last gate: whatever a part of the screen forgot, no control character gets through.
  const plain = visible(text.replaceAll("\u202f", " "));
  if (hasSigns) return plain;
  return Array.from(plain, (sign) => ASCII[sign] ?? (sign > "~" ? "?" : sign)).join("");
}

/**
 * A line as what is written to the terminal: exactly `columns` wide, with the sequences of its
 * style. `isDim`: nothing of it is true any more.
 */
export function drawn(
  { spans, isChosen }: Line,
  columns: number,
  { looks, isDim = false }: { readonly looks: Looks; readonly isDim?: boolean },
): string {
  let used = 0;
  let out = "";
  const base = [isDim ? "2" : "", isChosen ? "7" : ""];
  for (const [text, style] of [...spans, [" ".repeat(columns), "plain"] as Span]) {
    const piece = cut(signs(text, looks), columns - used, "");
    if (piece === "") continue;
    used += widthOf(piece);
    const codes = [...base, isDim ? "" : CODES[style]].filter(Boolean).join(";");
    // Reverse is no colour: without it nobody would see the chosen row.
    const kept = looks.hasColors ? codes : isChosen ? "7" : "";
    out += kept === "" ? piece : `\x1b[${kept}m${piece}\x1b[0m`;
  }
  return out;
}

/** A part of 1 as a bar. */
export function shareBar(part: number, columns: number): string {
  const full = Math.max(0, Math.min(columns, Math.round(part * columns) || 0));
  return "━".repeat(full) + "╌".repeat(columns - full);
}

/** Values as a line of blocks from 0, or the least if that is below, to the greatest. */
export function sparkline(values: readonly number[], columns: number): string {
  const means = resample(values, columns);
  const known = means.filter((value) => Number.isFinite(value));
  const most = known.reduce((a, b) => Math.max(a, b), 0);
  const least = known.reduce((a, b) => Math.min(a, b), 0);
  return means.map((value) => {
    if (!Number.isFinite(value)) return " ";
    const part = most > least ? (value - least) / (most - least) : 0;
    return "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor(part * 8))];
  }).join("");
}

/** Means of values in so many steps; a step of which nothing is known stays `NaN`. */
function resample(values: readonly number[], steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => {
    const from = Math.floor(step * values.length / steps);
    const to = Math.max(from + 1, Math.floor((step + 1) * values.length / steps));
    const known = values.slice(from, to).filter((value) => Number.isFinite(value));
    return known.length === 0 ? NaN : known.reduce((a, b) => a + b, 0) / known.length;
  });
}
