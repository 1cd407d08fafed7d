import type { FileSource } from "./byte_source.ts";
import { GzipDamage, type GzipInput } from "./gzip_input.ts";
import { Inflater } from "./inflater.ts";

const PIECE_BYTES = 32 * 1024;

/**
 * Decompresses the deflate data of one member of a gzip file.
 *
 * zlib gives nothing of a piece in which it finds damage. What is before the
 * damage comes from a second inflater, which gets that piece byte by byte. It is
 * brought to the beginning of the piece by reading the member once more or, if
 * the file is a pipe, goes one piece behind the first inflater all the time.
 */
export class MemberInflater {
  readonly #file: FileSource;
  readonly #input: GzipInput;
  readonly #start: number;
  readonly #first = new Inflater();
  #second: Inflater | undefined;

  /** For the deflate data that `input` begins with; `file` is where that comes from. */
  constructor(file: FileSource, input: GzipInput) {
    this.#file = file;
    this.#input = input;
    this.#start = input.offset;
    if (!file.readAt) this.#second = new Inflater();
  }

  /**
   * The content; the input begins with what is after the member's data then.
   *
   * @throws {GzipDamage} After all that is before the damage
   */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const input = this.#input;
    let last: Uint8Array | undefined;
    for (;;) {
      if (!await input.fill()) throw input.ended("more deflate data is");
      const piece = input.rest;
      const [{ chunks, consumed, failure }] = await Promise.all([
        this.#first.write(piece),
        last && this.#second?.write(last),
      ]);
      yield* chunks;
      if (failure) {
        yield* this.#upToDamage(piece, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
        throw new GzipDamage(
          `whole deflate data is required, got "${failure.message}"`,
          input.offset,
        );
      }
      input.take(consumed);
      if (consumed < piece.length) return;
      last = piece;
    }
  }

  close(): void {
    this.#first.close();
    this.#second?.close();
  }

  /** The content of a damaged piece without its first `given` bytes; the input begins with the damaged byte then. */
  async *#upToDamage(piece: Uint8Array, given: number): AsyncGenerator<Uint8Array, void> {
    const second = this.#second ??= await this.#reread();
    for (let i = 0; i < piece.length; i++) {
      const { chunks, failure } = await second.write(piece.subarray(i, i + 1));
      for (const chunk of chunks) {
        if (chunk.length > given) yield chunk.subarray(given);
        given = Math.max(0, given - chunk.length);
      }
      if (failure) return;
      this.#input.take(1);
    }
  }

  /** An inflater that has got all that is before the rest of the input. */
  async #reread(): Promise<Inflater> {
    const inflater = new Inflater();
    const piece = new Uint8Array(PIECE_BYTES);
    for (let at = this.#start; at < this.#input.offset;) {
      const length = Math.min(piece.length, this.#input.offset - at);
      const count = await this.#file.readAt!(piece.subarray(0, length), at);
      if (count === 0) break;
      await inflater.write(piece.subarray(0, count));
      at += count;
    }
    return inflater;
  }
}
