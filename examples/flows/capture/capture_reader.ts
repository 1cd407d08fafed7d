import { BLOCK_BYTES, type BlockPool } from "./block_pool.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  EmptyCaptureError,
  NotACaptureError,
  TruncatedCaptureError,
  type UnsupportedCaptureError,
} from "./capture_error.ts";
import type { Slice } from "./capture_layout.ts";
import { isPcap, PCAP_HEADER_BYTES, PcapWalker } from "./pcap.ts";
import { SECTION_HEADER_BLOCK } from "./pcapng.ts";
import { PcapngWalker } from "./pcapng_walker.ts";
import type { Walker } from "./walker.ts";

/** Bytes per slice where records allow: enough to make a message cheap, little enough to share small files out. */
const SLICE_BYTES = 256 * 1024;

/**
 * Reads a capture into shared blocks and cuts it into slices of whole records.
 *
 * A record that does not fit the rest of its block begins the next one; those
 * few bytes are all that is copied.
 */
export class CaptureReader {
  readonly #source: ByteSource;
  readonly #pool: BlockPool;
  #walker: Walker | undefined;
  #rest: Uint8Array = new Uint8Array(0);
  /** The position in the capture of the first byte of `#rest`. */
  #offset = 0;
  #ended = false;
  #sourceFailure: unknown;
  #packets = 0;

  constructor(source: ByteSource, pool: BlockPool) {
    this.#source = source;
    this.#pool = pool;
  }

  /** Packets in the slices so far. */
  get packets(): number {
    return this.#packets;
  }

  /** One error for each link type whose frames nobody here understands; their packets are in the slices. */
  get undecoded(): UnsupportedCaptureError[] {
    return this.#walker?.unknownLinkTypes.errors() ?? [];
  }

  /**
   * The slices, in the order of the file. Each one's block is the receiver's
   * until it gives it back to the pool.
   *
   * @throws {CaptureError} After the last slice before it, where the file is damaged or cut short
   */
  async *slices(): AsyncGenerator<Slice> {
    for (;;) {
      const block = await this.#pool.take();
      const slice = await this.#nextSlice(block);
      if (slice.end > slice.start) yield slice;
      else this.#pool.give(block);
      if (slice.damage) throw slice.damage;
      if (this.#ended && this.#rest.length === 0) return;
    }
  }

  async #nextSlice(block: number): Promise<Slice & { damage: unknown }> {
    const bytes = this.#pool.bytes(block);
    const view = this.#pool.view;
    const first = bytes.byteOffset;
    bytes.set(this.#rest);
    let filled = this.#rest.length;
    let start = first;
    for (let target = SLICE_BYTES;; target = BLOCK_BYTES) {
      filled = await this.#fill(bytes, filled, target);
      if (!this.#walker) {
        this.#walker = this.#identify(view, first, filled);
        if (this.#walker instanceof PcapWalker) start += PCAP_HEADER_BYTES;
      }
      const to = first + filled;
      const walk = this.#walker.walk(view, start, to, this.#offset + start - first);
      // A record that is longer than a slice: read the block full.
      if (
        walk.end === start && walk.skip === 0 && !walk.damage && !this.#ended &&
        filled < BLOCK_BYTES
      ) continue;
      this.#packets += walk.packets;
      const position = this.#offset + walk.end - first;
      let damage: unknown = walk.damage;
      if (walk.skip > 0) {
        await this.#skip(walk.skip, to - walk.end, position);
        damage = this.#sourceFailure;
      } else {
        this.#rest = bytes.slice(walk.end - first, filled);
        this.#offset = position;
        if (!damage && this.#ended && !walk.cut) {
          damage = this.#sourceFailure;
          if (!damage && walk.end < to) {
            damage = this.#walker.truncated(view, walk.end, to - walk.end, position);
          }
        }
      }
      const end = walk.packets > 0 ? walk.end : start;
      return { block, start, end, layout: this.#walker.layout, damage };
    }
  }

  /** Fills a block up to `target`, or to the end of the file. */
  async #fill(bytes: Uint8Array, filled: number, target: number): Promise<number> {
    while (filled < target && !this.#ended) {
      const count = await this.#read(bytes.subarray(filled, target));
      filled += count;
    }
    return filled;
  }

  /** What fails here is told after all that was read before it. */
  async #read(into: Uint8Array): Promise<number> {
    try {
      const count = await this.#source.read(into);
      if (count === 0) this.#ended = true;
      return count;
    } catch (error) {
      this.#ended = true;
      this.#sourceFailure = error;
      return 0;
    }
  }

  /** Passes over a block of `length` bytes, of which `present` are in memory. */
  async #skip(length: number, present: number, position: number): Promise<void> {
    const scratch = new Uint8Array(Math.min(length - present, SLICE_BYTES));
    let left = length - present;
    while (left > 0 && !this.#ended) {
      left -= await this.#read(scratch.subarray(0, Math.min(left, scratch.length)));
    }
    this.#rest = new Uint8Array(0);
    this.#offset = position + length;
    if (left > 0) {
      this.#sourceFailure ??= new TruncatedCaptureError(
        `Cannot read the block at byte ${position}: ${length} bytes are required, got ${
          length - left
        } up to the end of the file`,
        position,
      );
    }
  }

  #identify(view: DataView, at: number, length: number): Walker {
    // Too little to know more than that.
    if (this.#sourceFailure && length < PCAP_HEADER_BYTES) throw this.#sourceFailure;
    if (length === 0) {
      throw new EmptyCaptureError(
        "Cannot read the file header at byte 0: a capture is required, got an empty file",
        0,
      );
    }
    if (length >= 4) {
      const magic = view.getUint32(at);
      if (isPcap(magic, view.getUint32(at, true))) return new PcapWalker(view, at, length);
      if (magic === SECTION_HEADER_BLOCK) return new PcapngWalker();
    }
    const start = Array.from(
      { length: Math.min(length, 4) },
      (_, i) => view.getUint8(at + i).toString(16).padStart(2, "0"),
    );
    throw new NotACaptureError(
      `Cannot read the file header at byte 0: the magic number of pcap or pcapng is required, got ${
        start.join(" ")
      }`,
      0,
    );
  }
}
