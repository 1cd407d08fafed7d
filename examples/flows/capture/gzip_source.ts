import { crc32 } from "node:zlib";
import type { ByteSource, FileSource } from "./byte_source.ts";
import { type CaptureError, DamagedCaptureError, TruncatedCaptureError } from "./capture_error.ts";
import { hex, readGzipHeader } from "./gzip_header.ts";
import { GzipDamage, GzipInput } from "./gzip_input.ts";
import { MemberInflater } from "./member_inflater.ts";

/**
 * The content of a gzip file: of one member after the other, and zeros are passed
 * over where a member could begin. What is before the first damage is given in full.
 *
 * It takes the members apart itself, because the gzip streams of the runtimes
 * differ in what they make of bytes after a member, and some never end then.
 */
export class GzipSource implements ByteSource {
  readonly #file: FileSource;
  readonly #input: GzipInput;
  readonly #content: AsyncGenerator<Uint8Array, void>;
  #chunk: Uint8Array = new Uint8Array(0);
  #produced = 0;
  #inflater: MemberInflater | undefined;

  constructor(file: FileSource) {
    this.#file = file;
    this.#input = new GzipInput(file);
    this.#content = this.#members();
  }

  get size(): number | undefined {
    return this.#file.size;
  }

  get consumed(): number {
    return this.#file.consumed;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#chunk.length === 0) {
      const chunk = await this.#nextChunk();
      if (chunk === undefined) return 0;
      this.#chunk = chunk;
      this.#produced += chunk.length;
    }
    const count = Math.min(into.length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, count));
    this.#chunk = this.#chunk.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    this.#inflater?.close();
    await this.#file.close();
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    try {
      return (await this.#content.next()).value ?? undefined;
    } catch (error) {
      throw error instanceof GzipDamage ? this.#captureError(error) : error;
    }
  }

  async *#members(): AsyncGenerator<Uint8Array, void> {
    do {
      await readGzipHeader(this.#input);
      let crc = 0;
      let length = 0;
      this.#inflater = new MemberInflater(this.#file, this.#input);
      for await (const chunk of this.#inflater.chunks()) {
        crc = crc32(chunk, crc);
        length = (length + chunk.length) % 2 ** 32;
        yield chunk;
      }
      this.#inflater.close();
      await this.#checkTrailer(crc, length);
    } while (await this.#input.skipZeros());
  }

  async #checkTrailer(crc: number, length: number): Promise<void> {
    const offset = this.#input.offset;
    const gotCrc = await this.#input.number(4);
    const gotLength = await this.#input.number(4);
    if (gotCrc !== crc) {
      throw new GzipDamage(
        `the content's CRC ${hex(crc, 8)} is required, got ${hex(gotCrc, 8)}`,
        offset,
      );
    }
    if (gotLength !== length) {
      throw new GzipDamage(
        `the content's length ${length} is required, got ${gotLength}`,
        offset + 4,
      );
    }
  }

  #captureError({ message, offset, truncated }: GzipDamage): CaptureError {
    const text = `Cannot decompress the file at byte ${offset}, which is after byte ` +
      `${this.#produced} of its content: ${message}`;
    return truncated
      ? new TruncatedCaptureError(text, this.#produced)
      : new DamagedCaptureError(text, this.#produced);
  }
}
