/**
 * Text that is written as UTF-8 directly. String concatenation would allocate a rope node for each
 * piece, a dozen for each line; with 100,000 lines, most of the time went into their collection.
 *
 * @module
 */

/** The maximum number of bytes of a UTF-16 code unit. */
const MAX_UNIT_BYTES = 3;

/** Fewer bytes are faster copied one by one than by `set()`, which takes about 100 ns. */
const SHORT = 128;

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
/** Line feed. */
export const NEWLINE = 0x0a;

const encoder = new TextEncoder();

/** A growing buffer of UTF-8. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** The number of bytes in the buffer. */
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

  /** Writes a text with `\`, `"` and line feed escaped: a label value, or help in OpenMetrics. */
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

  /** Writes one ASCII character. */
  byte(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = code;
  }

  /** Writes the content of another writer. */
  append(other: ByteWriter): void {
    const length = other.#length;
    this.#reserve(length);
    const from = other.#bytes;
    const to = this.#bytes;
    const at = this.#length;
    for (let n = 0; n < length; n++) to[at + n] = from[n];
    this.#length = at + length;
  }

  /** Writes some of the bytes of an array. */
  bytes(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.#reserve(length);
    const target = this.#bytes;
    const at = this.#length;
    if (length < SHORT) { for (let n = 0; n < length; n++) target[at + n] = bytes[from + n]; }
    else target.set(bytes.subarray(from, to), at);
    this.#length = at + length;
  }

  /** Empties the buffer. */
  clear(): void {
    this.#length = 0;
  }

  /** Returns a copy of the content, and empties the buffer. */
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

/** A text with `\` and line feed escaped, as help is in format 0.0.4. */
export function escapeText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
