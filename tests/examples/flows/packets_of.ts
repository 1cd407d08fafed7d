import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockPool } from "../../../examples/flows/capture/block_pool.ts";
import { openByteSource } from "../../../examples/flows/capture/open_source.ts";
import { CaptureReader } from "../../../examples/flows/capture/capture_reader.ts";
import type { CaptureError } from "../../../examples/flows/capture/capture_error.ts";
import type { Slice } from "../../../examples/flows/capture/capture_layout.ts";
import { readSlice } from "../../../examples/flows/capture/slice_reader.ts";
import type { Time } from "../../../examples/flows/capture/timestamp.ts";

/** Calls `use` with the path of a file of these bytes and deletes it afterwards. */
export async function withFile<T>(
  content: Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "flows-test-"));
  try {
    const path = join(folder, "capture");
    await writeFile(path, content);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export interface ReadPacket {
  linkType: number;
  frame: Uint8Array;
  length: number;
  time: Time;
}

export interface ReadCapture {
  packets: ReadPacket[];
  slices: number;
  /** What the reader counted, to compare. */
  counted: number;
  undecoded: CaptureError[];
  error: unknown;
}

/** Reads a capture as the program does, with one reader in this thread in place of the workers. */
export function packetsOf(content: Uint8Array): Promise<ReadCapture> {
  return withFile(content, async (path) => {
    const pool = new BlockPool(3);
    const source = await openByteSource(path);
    const reader = new CaptureReader(source, pool);
    const packets: ReadPacket[] = [];
    let slices = 0;
    let error: unknown;
    const held: Slice[] = [];
    const finishOldest = () => {
      const slice = held.shift()!;
      readSlice(pool.view, slice, {
        packet(view, start, end, linkType, length, time) {
          const frame = new Uint8Array(view.buffer, start, end - start).slice();
          packets.push({ linkType, frame, length, time });
        },
      });
      pool.give(slice.block);
    };
    try {
      for await (const slice of reader.slices()) {
        slices++;
        // Copied at once and read late, as with workers.
        held.push(structuredClone(slice));
        if (held.length > 1) finishOldest();
      }
    } catch (caught) {
      error = caught;
    }
    while (held.length > 0) finishOldest();
    await source.close();
    return {
      packets,
      slices,
      counted: reader.packets,
      undecoded: reader.undecoded,
      error,
    };
  });
}
