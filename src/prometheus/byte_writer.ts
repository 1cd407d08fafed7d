/**
 * Text that is written as UTF-8 at once. Putting strings together would leave a node of a rope behind for every piece, a dozen for each
 * line: of 100,000 lines, most of the time went into collecting these.
 *
 * @module
 */

/** The most bytes that a UTF-16 code unit becomes. */
const MAX_UNIT_BYTES = 3;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
/** Line feed. */
export const NEWLINE = 0x0a;

const encoder = new TextEncoder();

/** A growing piece of UTF-8. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** How many bytes were written since it was empty. */
  get length(): number {
    return this.#length;
  }

  /** Writes a text as it is. */
  text(text: string): void {
    this.#reserve(text.length * MAX_UNIT_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let n = 0; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f) return this.#encode(text);
      bytes[at++] = unit;
    }
    this.#length = at;
  }

  /** Writes a text with `\`, `"` and line feed escaped: a label's value, and in OpenMetrics words of help. */
  quoted(text: string): void {
    this.#reserve(text.length * MAX_UNIT_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let n = 0; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f || unit === BACKSLASH || unit === QUOTE || unit === NEWLINE) {
        return this.#encode(escapeText(text).replaceAll('"', '\\"'));
      }
      bytes[at++] = unit;
    }
    this.#length = at;
  }

  /** Writes one character of ASCII. */
  byte(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** Writes what another one holds. */
  append(other: ByteWriter): void {
    const length = other.#length;
    this.#reserve(length);
    const from = other.#bytes;
    const to = this.#bytes;
    const at = this.#length;
    for (let n = 0; n < length; n++) to[at + n] = from[n];
    this.#length = at + length;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  /** What was written, as the caller's own; it is empty then. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #encode(text: string): void {
    this.#reserve(text.length * MAX_UNIT_BYTES);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** A text with `\` and line feed escaped: words of help in format 0.0.4. */
export function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
