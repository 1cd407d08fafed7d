/**
 * The definition log: which metrics there are, in the order of their definition.
 *
 * The metric directory is an array of `maxMetrics` references, and the log's entries are its words
 * from the first on. An entry is the reference of a definition block, which defines one or several
 * metrics: so a schema is defined as a whole. Metrics are numbered in the order of the entries, and
 * within an entry in the order of its text. To define metrics, a thread reads the log to its end,
 * and so knows that neither the metrics nor their names outside are taken. It writes a block that
 * nobody else knows, and appends its reference by compare-exchange where it saw the end. If another
 * thread was first, it reads on: that thread may have defined the same metrics.
 *
 * ```text
 * definition block:  header | control blocks | buckets of metrics with one bucket | text
 * ```
 *
 * Assumptions: those of `arena.ts`.
 *
 * Guarantees: an entry never changes, and its block was complete when it was appended. So every
 * thread sees a prefix of the same sequence, in which no metric is defined twice. Nothing that
 * exists is moved or written: a definition costs existing readers and writers nothing.
 *
 * Progress: lock-free; a definer starts again only because another has defined a metric. Readers
 * are wait-free. A thread killed before its append loses its block, and nothing of it is visible;
 * after the append, the whole definition is.
 *
 * @module
 */
import { cannot, got } from "../base/errors.ts";
import { type Arena, blockViews } from "./arena.ts";
import { damaged } from "./damage.ts";
import {
  D_METRICS,
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  DEFINITION_HEADER_BYTES,
  LINE,
  LINE_PAIR,
  longIndex,
  METRIC_BYTES,
  roundUp,
  wordIndex,
} from "./layout.ts";

/** One entry of the log. */
export interface Definitions {
  /** Byte offset of each metric's control block. */
  readonly controls: readonly number[];
  /** The metrics' definitions as JSON. */
  readonly text: string;
}

/** A definition block that is not in the log yet. */
export interface DefinitionBlock {
  /** Byte offset of the block. */
  readonly start: number;
  /** Byte offset of each metric's control block. */
  readonly controls: readonly number[];
  /** Byte offset of each metric's `extraBytes`. */
  readonly extras: readonly number[];
  /** Returns the memory. Only before the block was appended. */
  giveBack(): void;
}

/** The most bytes of a block's text: every thread that attaches decodes it. */
const MAX_TEXT_BYTES = 2 ** 24;

/** The log, as one thread sees it. */
export class DefinitionLog {
  /** Number of entries that there is room for, and the most metrics. */
  readonly maxMetrics: number;
  readonly #arena: Arena;
  /** Index in `i32` of the first entry. */
  readonly #directory: number;

  constructor(arena: Arena, directory: number, maxMetrics: number) {
    this.#arena = arena;
    this.#directory = wordIndex(directory);
    this.maxMetrics = maxMetrics;
  }

  /** The entry at `position`; `undefined` if there is none yet. Any thread. */
  read(position: number): Definitions | undefined {
    if (position >= this.maxMetrics) return undefined;
    const arena = this.#arena;
    // SeqCst; pairs with the compare-exchange in `append`: a thread that sees the entry sees the
    // whole block, and the growth of the memory before it.
    const start = (Atomics.load(arena.views().i32, this.#directory + position) >>> 0) * 8;
    if (start === 0) return undefined;
    // Unordered, here and below: nobody writes a block's header and text after the append.
    const { i32 } = blockViews(arena, start, DEFINITION_HEADER_BYTES);
    const count = i32[wordIndex(start) + D_METRICS];
    const bytes = i32[wordIndex(start) + D_TEXT_BYTES];
    const text = i32[wordIndex(start) + D_TEXT_OFFSET];
    const first = DEFINITION_HEADER_BYTES;
    if (
      !(count > 0 && count <= this.maxMetrics && bytes >= 0 && bytes <= MAX_TEXT_BYTES &&
        text >= first + count * METRIC_BYTES)
    ) throw damaged("a definition block that defines nothing");
    const { i32: { buffer } } = blockViews(arena, start, text + bytes);
    return {
      controls: Array.from({ length: count }, (_, n) => start + first + n * METRIC_BYTES),
      // A copy, because decoders refuse shared memory.
      text: new TextDecoder().decode(new Uint8Array(buffer, start + text, bytes).slice()),
    };
  }

  /** Appends a block at `position`. False when another thread was first. Any thread. */
  append(position: number, { start }: DefinitionBlock): boolean {
    const { i32 } = this.#arena.views();
    // SeqCst; pairs with the load in `read`. A compare-exchange, because several threads may
    // append.
    return Atomics.compareExchange(i32, this.#directory + position, 0, longIndex(start)) === 0;
  }
}

/**
 * Writes a definition block, which no other thread knows. Any thread.
 *
 * @param text The definitions as JSON.
 * @param extraBytes For each metric, the size of zeroed memory that it gets beside its control
 * block; a multiple of `LINE_PAIR`.
 * @throws {RangeError} When the text is too long, or the arena is full.
 */
export function writeDefinitions(
  arena: Arena,
  text: string,
  extraBytes: readonly number[],
): DefinitionBlock {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length > MAX_TEXT_BYTES) {
    const required = `the schema's text must have at most ${MAX_TEXT_BYTES} bytes`;
    throw new RangeError(cannot("define metrics", required, got(`${encoded.length}`)));
  }
  const controls = DEFINITION_HEADER_BYTES;
  let textOffset = controls + extraBytes.length * METRIC_BYTES;
  const extras = extraBytes.map((bytes) => {
    const at = textOffset;
    textOffset += bytes;
    return at;
  });
  const bytes = textOffset + encoded.length;
  // A line more, because other threads' writes must stay away from the control blocks by a pair.
  const borrowed = arena.borrow(bytes + LINE);
  const start = roundUp(borrowed, LINE_PAIR);
  const { i32 } = arena.views(start + bytes);
  const word = wordIndex(start);
  // Unordered, all of them: `append` publishes them.
  for (let n = 0; n < textOffset / 4; n++) i32[word + n] = 0;
  i32[word + D_METRICS] = extraBytes.length;
  i32[word + D_TEXT_BYTES] = encoded.length;
  i32[word + D_TEXT_OFFSET] = textOffset;
  new Uint8Array(i32.buffer, start + textOffset, encoded.length).set(encoded);
  return {
    start,
    controls: extraBytes.map((_, n) => start + controls + n * METRIC_BYTES),
    extras: extras.map((at) => start + at),
    giveBack: () => arena.giveBack(borrowed, bytes + LINE),
  };
}
