/**
 * The lines of a family's series, kept between scrapes. Most of a line is the same each time: the
 * name, the labels and the time of creation; of many series the value is, too. So a scrape copies
 * the text of the scrape before, and writes the new values into it.
 *
 * Series are kept in blocks, by their ids. A block is compared with the rows of a snapshot,
 * corrected, and copied, in one go. So it does not matter which of several scrapes that are under
 * way at once has written it, or from which snapshot.
 *
 * Guarantees: the text is the one that a first scrape would write. A line is used again only if
 * everything is the same that it was made of: the object with the labels, which is frozen and
 * belongs to one life of one series; the id; and the start. A row with an exemplar is written anew.
 *
 * Bounds: what is kept of a series goes with the first scrape that does not have the series, and
 * the bytes of all families together have a limit.
 *
 * @module
 */
import type { SeriesPart } from "../export/series_parts.ts";
import type { Row } from "../snapshots/snapshot_data.ts";
import { ByteWriter } from "./byte_writer.ts";
import { numberText } from "./sample_writer.ts";

/** The number of ids in a block. */
export const BLOCK_IDS = 64;
/** Maximum size of a block. A family with longer lines is not kept. */
const MAX_BLOCK_BYTES = 65_536;

/** Writes the lines of one row: what precedes its value, the value, and what follows it. */
export interface RowPrinter {
  /** Writes what precedes the value. */
  head(out: ByteWriter, row: Row): void;
  /** When a series began to count, if its lines say so. */
  startOf(id: number, epoch: number): number | undefined;
  /** Whether the lines show exemplars. */
  readonly hasExemplars: boolean;
  /** Writes what follows the value, to the end of the last line. After `head`. */
  tail(out: ByteWriter, row: Row, start: number | undefined): void;
}

/** How many bytes are kept, of how many that may be. */
export interface KeptBytes {
  used: number;
  readonly max: number;
}

/** Some consecutive series. The arrays have one entry for each of them, but for `places`. */
interface Block {
  bytes: Uint8Array;
  /** Of each series: where its value begins and ends. */
  readonly places: Int32Array;
  readonly ids: readonly number[];
  readonly labels: readonly Row["labels"][];
  readonly starts: readonly (number | undefined)[];
  readonly values: unknown[];
  /** The latest text that had it. */
  round: number;
}

/** In `places`: the number of entries of a series. */
const PLACES = 2;

/** Stands for labels whose lines must not be used again. */
const CHANGING: Row["labels"] = Object.freeze({});

/** The lines of one family's series, in one form. */
export class KeptRows {
  /** By the id of a series, divided by the number of ids in a block. */
  readonly #blocks = new Map<number, Block>();
  /** The number of texts so far. */
  #rounds = 0;
  readonly #total: KeptBytes;
  /** Whether nothing is kept any more. */
  #isOver = false;

  constructor(total: KeptBytes) {
    this.#total = total;
  }

  /**
   * Writes the lines of series. Yields after each block, or after each line if they are not kept.
   *
   * @param parts Parts of {@linkcode BLOCK_IDS} ids, in rising order, as snapshots have them.
   */
  *write(out: ByteWriter, parts: Iterable<SeriesPart>, printer: RowPrinter): Generator<void> {
    const round = ++this.#rounds;
    for (const part of parts) {
      const block = this.#isOver ? undefined : this.#current(part, printer);
      if (block !== undefined) {
        block.round = Math.max(block.round, round);
        out.bytes(block.bytes, 0, block.bytes.length);
        yield;
        continue;
      }
      for (let n = part.from; n < part.to; n++) {
        print(out, part, n, printer);
        yield;
      }
    }
    this.#forget(round);
  }

  /** Forgets everything, for good: a text that is under way keeps nothing any more. */
  end(): void {
    this.#isOver = true;
    this.#forget(Infinity);
  }

  /** Forgets the blocks that no text has had since text number `round`. */
  #forget(round: number): void {
    for (const [number, block] of this.#blocks) {
      if (block.round >= round) continue;
      this.#blocks.delete(number);
      this.#total.used -= block.bytes.length;
    }
  }

  /** The block of a part; `undefined` if it is too long. */
  #current(part: SeriesPart, printer: RowPrinter): Block | undefined {
    const known = this.#blocks.get(part.number);
    if (known !== undefined && hasSameSeries(known, part, printer)) {
      const before = known.bytes.length;
      writeValues(known, part);
      this.#total.used += known.bytes.length - before;
      return known;
    }
    const made = makeBlock(part, printer);
    if (made === undefined) this.end();
    else this.#keep(part.number, made);
    return made;
  }

  #keep(number: number, block: Block): void {
    const total = this.#total;
    total.used -= this.#blocks.get(number)?.bytes.length ?? 0;
    this.#blocks.delete(number);
    if (total.used + block.bytes.length > total.max) return;
    this.#blocks.set(number, block);
    total.used += block.bytes.length;
  }
}

/** Whether a part has the series of a block, and their lines are the same but for the values. */
function hasSameSeries(
  { ids, labels, starts }: Block,
  part: SeriesPart,
  { startOf, hasExemplars }: RowPrinter,
): boolean {
  if (part.to - part.from !== ids.length) return false;
  const exemplars = hasExemplars ? part.exemplars : undefined;
  for (let k = 0, n = part.from; n < part.to; k++, n++) {
    if (
      labels[k] !== part.labels[n] || ids[k] !== part.ids[n] ||
      starts[k] !== startOf(part.ids[n], part.epochs[n]) || exemplars?.has(n)
    ) return false;
  }
  return true;
}

/** Writes the values of a part into a block that has the same series. */
function writeValues(block: Block, part: SeriesPart): void {
  const { bytes, places, values } = block;
  // From the first value on whose text is longer or shorter than the one before, the block is
  // written anew: `copied` bytes of it are in `lines`, and places in it have moved by `shift`.
  let isMoving = false;
  let copied = 0;
  let shift = 0;
  for (let k = 0, place = 0; k < values.length; k++, place += PLACES) {
    const value = part.values[part.from + k];
    const at = places[place];
    const end = places[place + 1];
    const moved = shift;
    if (value !== values[k] && !overwriteInteger(bytes, at, end, value)) {
      const text = numberText(value);
      if (text.length === end - at) {
        for (let n = 0; n < text.length; n++) bytes[at + n] = text.charCodeAt(n);
      } else {
        if (!isMoving) lines.clear();
        isMoving = true;
        lines.bytes(bytes, copied, at);
        lines.text(text);
        copied = end;
        shift += text.length - (end - at);
      }
    }
    values[k] = value;
    if (!isMoving) continue;
    places[place] = at + moved;
    places[place + 1] = end + shift;
  }
  if (!isMoving) return;
  lines.bytes(bytes, copied, bytes.length);
  block.bytes = lines.take();
}

/** Smallest numbers of as many digits as the index says. */
const LEAST = [Infinity, 0, ...Array.from({ length: 9 }, (_, n) => 10 ** (n + 1)), Infinity];

/**
 * Writes a whole number over another value, without a string: 6 ns in place of 50. Returns false if
 * it is none, or has another number of digits.
 */
function overwriteInteger(bytes: Uint8Array, at: number, end: number, value: unknown): boolean {
  const integer = Number(value) | 0;
  const digits = end - at;
  if (integer !== value || !(integer >= LEAST[digits] && integer < LEAST[digits + 1])) return false;
  let rest = integer;
  for (let n = end - 1; n >= at; n--) {
    const tens = (rest / 10) | 0;
    bytes[n] = 0x30 + rest - tens * 10;
    rest = tens;
  }
  return true;
}

/** Where blocks are made. */
const lines = new ByteWriter(1024);

/** Makes the block of a part; `undefined` if it is too long. */
function makeBlock(part: SeriesPart, printer: RowPrinter): Block | undefined {
  const places = new Int32Array((part.to - part.from) * PLACES);
  const ids: number[] = [];
  const labels: Row["labels"][] = [];
  const starts: (number | undefined)[] = [];
  const values: unknown[] = [];
  lines.clear();
  for (let n = part.from, place = 0; n < part.to; n++, place += PLACES) {
    const row = part.rowAt(n);
    const value = part.values[n];
    const start = printer.startOf(row.id, row.epoch);
    printer.head(lines, row);
    places[place] = lines.length;
    lines.text(numberText(value));
    places[place + 1] = lines.length;
    printer.tail(lines, row, start);
    if (lines.length > MAX_BLOCK_BYTES) return undefined;
    const isLasting = Object.isFrozen(row.labels) &&
      !(printer.hasExemplars && row.exemplars !== undefined);
    ids.push(row.id);
    labels.push(isLasting ? row.labels : CHANGING);
    starts.push(start);
    values.push(value);
  }
  return { bytes: lines.take(), places, ids, labels, starts, values, round: 0 };
}

/** Writes the lines of a series that is not kept. */
function print(out: ByteWriter, part: SeriesPart, n: number, printer: RowPrinter): void {
  const row = part.rowAt(n);
  printer.head(out, row);
  out.text(numberText(part.values[n]));
  printer.tail(out, row, printer.startOf(row.id, row.epoch));
}
