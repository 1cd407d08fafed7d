import type { FileSource } from "./byte_source.ts";

/** A small piece, because deflate can make a thousand times as much of it. */
const PIECE_BYTES = 32 * 1024;

/** What is wrong in a gzip file, and at which of its bytes. */
export class GzipDamage extends Error {
  override name = "GzipDamage";
  readonly offset: number;
  /** Whether nothing else is wrong than that the file ends there. */
  readonly truncated: boolean;

  constructor(message: string, offset: number, options: { truncated?: boolean } = {}) {
    super(message);
    this.offset = offset;
    this.truncated = options.truncated ?? false;
  }
}

/** The bytes of a gzip file, of which as many are taken as belong to what is read. */
export class GzipInput {
  readonly #file: FileSource;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(file: FileSource) {
    this.#file = file;
  }

  /** The position in the file of the first byte of {@linkcode rest}. */
  get offset(): number {
    return this.#file.consumed - this.#rest.length;
  }

  /** Bytes that are read and not taken. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** Reads on if no bytes are left. False at the end of the file. */
  async fill(): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    // A new one each time: pieces are held while they are decompressed.
    const piece = new Uint8Array(PIECE_BYTES);
    this.#rest = piece.subarray(0, await this.#file.read(piece));
    return this.#rest.length > 0;
  }

  /** Takes the first `count` bytes of {@linkcode rest}. */
  take(count: number): void {
    this.#rest = this.#rest.subarray(count);
  }

  /**
   * Takes one byte.
   *
   * @throws {GzipDamage} At the end of the file
   */
  async byte(): Promise<number> {
    if (this.#rest.length === 0 && !await this.fill()) throw this.ended("more gzip data is");
    const byte = this.#rest[0];
    this.take(1);
    return byte;
  }

  /** Takes a number of `bytes` bytes, the lowest first. */
  async number(bytes: number): Promise<number> {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += (await this.byte()) * 2 ** (8 * i);
    return value;
  }

  /** Takes zeros, as many as there are. False if the file ends behind them. */
  async skipZeros(): Promise<boolean> {
    while (await this.fill()) {
      const end = this.#rest.findIndex((byte) => byte !== 0);
      this.take(end < 0 ? this.#rest.length : end);
      if (end >= 0) return true;
    }
    return false;
  }

  /** The error for a file that ends too early. */
  ended(required: string): GzipDamage {
    return new GzipDamage(`${required} required, got the end of the file`, this.offset, {
      truncated: true,
    });
  }
}
