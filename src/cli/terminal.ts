/**
 * The terminal: its size, its keys, and lines on its alternate screen.
 *
 * @module
 */
import process from "node:process";
import { keysOf } from "./keys.ts";
import type { Looks } from "./paint.ts";

/** Alternate screen, no cursor, no line that goes on in the next one. */
const BEGIN = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
/**
 * The terminal as it was before. The screen is cleared before it is left: tmux would show parts of
 * it if its window was resized meanwhile.
 */
const END = "\x1b[0m\x1b[2J\x1b[?7h\x1b[?25h\x1b[?1049l";
/** Signals that end the program, with what is added to 128 for its exit status. */
const SIGNALS: readonly (readonly ["SIGINT" | "SIGTERM" | "SIGHUP", number])[] = [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
];

/** What calls back. */
export interface Keyboard {
  key(key: string): void;
  resized(): void;
}

/** What the terminal can show, by the environment. */
export function looksOf(env: Readonly<Record<string, string | undefined>>): Looks {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return {
    hasSigns: /utf-?8/i.test(locale),
    hasColors: !env.NO_COLOR && env.TERM !== "dumb",
  };
}

/** Whether there is a terminal for both keys and lines. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true &&
    process.env.TERM !== "dumb";
}

/** A terminal that is taken over until it is closed. */
export class Terminal {
  #drawn: readonly string[] = [];
  #size = "";
  #isOpen = true;
  readonly #keyboard: Keyboard;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #take = (input: string) => {
    for (const key of keysOf(String(input))) if (this.#isOpen) this.#keyboard.key(key);
  };
  readonly #resize = () => {
    const { columns, rows } = this.size;
    const size = `${columns} ${rows}`;
    if (size === this.#size) return;
    this.#size = size;
    this.#drawn = [];
    this.#keyboard.resized();
  };
  /** However the program ends, the terminal is as it was. */
  readonly #close = () => this.close();
  readonly #ends = SIGNALS.map(([signal, number]) =>
    [signal, () => {
      this.close();
      process.exit(128 + number);
    }] as const
  );

  constructor(keyboard: Keyboard) {
    this.#keyboard = keyboard;
    const { columns, rows } = this.size;
    this.#size = `${columns} ${rows}`;
    process.on("exit", this.#close);
    for (const [signal, end] of this.#ends) process.on(signal, end);
    process.stdin.setRawMode(true);
    process.stdin.setEncoding("utf8");
    process.stdin.on("data", this.#take);
    // A terminal that has gone sends no keys any more.
    process.stdin.on("end", this.#gone);
    process.stdin.resume();
    process.stdout.write(BEGIN);
    process.stdout.on("resize", this.#resize);
    // Not every runtime says so.
    this.#timer = setInterval(this.#resize, 250);
  }

  readonly #gone = () => this.#keyboard.key("ctrl-c");

  /** Columns and rows. */
  get size(): { readonly columns: number; readonly rows: number } {
    const [columns, rows] = process.stdout.getWindowSize?.() ?? [];
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Shows these lines, from the top: one write, only of what has changed. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const isNew = this.#drawn.length === 0;
    let out = isNew ? "\x1b[2J" : "";
    lines.forEach((text, row) => {
      if (!isNew && text === this.#drawn[row]) return;
      // The whole line, as the terminal may measure signs otherwise than this program does.
      out += `\x1b[${row + 1};1H\x1b[2K${text}`;
    });
    this.#drawn = lines;
    // Terminals that know synchronized output show the frame at once; others ignore this.
    if (out !== "") process.stdout.write(`\x1b[?2026h${out}\x1b[?2026l`);
  }

  /** Puts a text into the clipboard, where the terminal lets it. */
  copy(text: string): void {
    const bytes = new TextEncoder().encode(text);
    const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    process.stdout.write(`\x1b]52;c;${btoa(binary)}\x07`);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    process.off("exit", this.#close);
    for (const [signal, end] of this.#ends) process.off(signal, end);
    process.stdout.off("resize", this.#resize);
    process.stdin.off("data", this.#take);
    process.stdin.off("end", this.#gone);
    process.stdout.write(END);
    try {
      process.stdin.setRawMode(false);
    } catch {
      // The terminal has gone.
    }
    process.stdin.pause();
  }
}
