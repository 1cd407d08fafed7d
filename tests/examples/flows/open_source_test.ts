import { assertEquals, assertRejects } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { gzipSync } from "node:zlib";
import type { ByteSource } from "../../../examples/flows/capture/byte_source.ts";
import { openByteSource } from "../../../examples/flows/capture/open_source.ts";
import { concat } from "./capture_builder.ts";
import { withFile } from "./packets_of.ts";

const CONTENT = new TextEncoder().encode("Some bytes that are no capture.");

async function readAll(source: ByteSource, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let left = length; left > 0;) {
    const into = new Uint8Array(left);
    const count = await source.read(into);
    if (count === 0) break;
    parts.push(into.subarray(0, count));
    left -= count;
  }
  return concat(...parts);
}

describe("openByteSource()", () => {
  it("openByteSource() gives a file from its first byte, decompressed if it is gzipped", async () => {
    for (const content of [CONTENT, CONTENT.subarray(0, 1), new Uint8Array(0)]) {
      for (const bytes of [content, gzipSync(content)]) {
        await withFile(bytes, async (path) => {
          const source = await openByteSource(path);
          assertEquals(await readAll(source, 100), content);
          assertEquals([source.consumed, source.size], [bytes.length, bytes.length]);
          await source.close();
        });
      }
    }
  });

  it("openByteSource() knows a gzipped pipe whose bytes come one at a time", {
    ignore: process.platform === "win32",
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "flows-test-"));
    const path = join(folder, "pipe");
    assertEquals(spawnSync("mkfifo", [path]).status, 0);
    for (const bytes of [gzipSync(CONTENT), CONTENT]) {
      // For reading as well: opening it waits for nobody then.
      const writer = await open(path, "r+");
      const opening = openByteSource(path);
      for (const byte of bytes) {
        await writer.write(Uint8Array.of(byte));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const source = await opening;
      assertEquals(await readAll(source, CONTENT.length), CONTENT);
      assertEquals(source.size, undefined);
      await source.close();
      await writer.close();
    }
    await rm(folder, { recursive: true });
  });

  it("openByteSource() fails for what is not there or no file", async () => {
    await assertRejects(() => openByteSource("/no/such/file"), Error, "ENOENT");
    await assertRejects(async () => await openByteSource(tmpdir()), Error, "EISDIR");
  });
});
