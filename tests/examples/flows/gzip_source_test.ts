import { assert, assertEquals, assertMatch } from "@std/assert";
import { open } from "node:fs/promises";
import { describe, it } from "@std/testing/bdd";
import { constants, crc32, deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import type { CaptureError } from "../../../examples/flows/capture/capture_error.ts";
import { PipeSource, RegularFileSource } from "../../../examples/flows/capture/file_sources.ts";
import { GzipSource } from "../../../examples/flows/capture/gzip_source.ts";
import { concat, fields } from "./capture_builder.ts";
import { withFile } from "./packets_of.ts";

const TEXT = new TextEncoder().encode("All of these bytes, all of these bytes. ");
/** The bytes of the header that `gzipSync` writes. */
const HEADER_BYTES = 10;

interface Content {
  content: Uint8Array;
  error: CaptureError | undefined;
}

/** Reads the file as one on a disk and as a pipe; both must come to the same. */
async function contentOf(bytes: Uint8Array, step = 10_000): Promise<Content> {
  const fromDisk = await contentOfSource(bytes, step, true);
  assertEquals(await contentOfSource(bytes, step, false), fromDisk);
  return fromDisk;
}

function contentOfSource(bytes: Uint8Array, step: number, isRegular: boolean): Promise<Content> {
  return withFile(bytes, async (path) => {
    const file = await open(path);
    const source = new GzipSource(
      isRegular ? new RegularFileSource(file, bytes.length) : new PipeSource(file),
    );
    const parts: Uint8Array[] = [];
    let error: CaptureError | undefined;
    try {
      const into = new Uint8Array(step);
      for (let count; (count = await source.read(into)) > 0;) parts.push(into.slice(0, count));
      assertEquals(source.consumed, bytes.length);
    } catch (caught) {
      error = caught as CaptureError;
    }
    await source.close();
    return { content: concat(...parts), error };
  });
}

async function assertContent(bytes: Uint8Array, expected: Uint8Array): Promise<void> {
  const { content, error } = await contentOf(bytes);
  assertEquals(error, undefined);
  assertEquals(content, expected);
}

async function assertDamage(
  bytes: Uint8Array,
  expected: Uint8Array,
  offset: number,
  message: RegExp,
  name = "DamagedCaptureError",
): Promise<void> {
  const { content, error } = await contentOf(bytes);
  assertEquals(error?.name, name, String(error));
  assertMatch(error!.message, new RegExp(`^Cannot decompress the file at byte ${offset}, `));
  assertMatch(error!.message, new RegExp(`after byte ${expected.length} of its content: `));
  assertMatch(error!.message, message);
  assertEquals(error!.offset, expected.length);
  assertEquals(content, expected);
}

/** Bytes that are not compressed much and repeat all the same. */
function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 27;
  });
}

function trailer(content: Uint8Array): Uint8Array {
  return fields(true, [[4, crc32(content)], [4, content.length]]);
}

/** A member with optional fields in its header, and the header's CRC where the flags say so. */
function member(flags: number, optional: Uint8Array): Uint8Array {
  const header = concat(Uint8Array.of(0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 255), optional);
  const headerCrc = flags & 2 ? fields(true, [[2, crc32(header) & 0xffff]]) : new Uint8Array(0);
  return concat(header, headerCrc, deflateRawSync(TEXT), trailer(TEXT));
}

describe("GzipSource whole files", () => {
  it("read() gives the content, in pieces of any size", async () => {
    for (const content of [new Uint8Array(0), TEXT, noise(300_000), new Uint8Array(5_000_000)]) {
      for (const level of [0, 1, 9]) await assertContent(gzipSync(content, { level }), content);
    }
    const { content } = await contentOf(gzipSync(TEXT), 1);
    assertEquals(content, TEXT);
  });

  it("read() gives the content of all members, empty ones too", async () => {
    const empty = gzipSync(new Uint8Array(0));
    const big = noise(200_000);
    await assertContent(
      concat(empty, gzipSync(TEXT), empty, empty, gzipSync(big), gzipSync(TEXT)),
      concat(TEXT, big, TEXT),
    );
    await assertContent(
      concat(...Array.from(TEXT, (byte) => gzipSync(Uint8Array.of(byte)))),
      TEXT,
    );
  });

  it("read() passes over zeros after a member", async () => {
    for (const zeros of [1, 2, 511, 100_000]) {
      await assertContent(concat(gzipSync(TEXT), new Uint8Array(zeros)), TEXT);
      await assertContent(
        concat(gzipSync(TEXT), new Uint8Array(zeros), gzipSync(TEXT)),
        concat(TEXT, TEXT),
      );
    }
    await assertContent(concat(gzipSync(new Uint8Array(0)), new Uint8Array(1)), new Uint8Array(0));
  });

  it("read() finds the end of a member wherever the pieces of the file end", async () => {
    // The deflate data end around the end of a piece of 32 kB.
    for (let length = 32_700; length < 32_775; length++) {
      const content = noise(length);
      const bytes = concat(gzipSync(content, { level: 0 }), gzipSync(TEXT));
      const { content: got, error } = await contentOfSource(bytes, 100_000, length % 2 === 0);
      assertEquals(error, undefined, `${length}`);
      assertEquals(got, concat(content, TEXT), `${length}`);
    }
  });

  it("read() passes over all that a header may have", async () => {
    const extra = concat(Uint8Array.of(5, 1), new Uint8Array(261).fill(7));
    const name = new TextEncoder().encode("a name\0");
    const comment = new TextEncoder().encode(`${"a comment ".repeat(8000)}\0`);
    for (const crc of [0, 2]) {
      await assertContent(member(crc, new Uint8Array(0)), TEXT);
      await assertContent(member(crc | 4, extra), TEXT);
      await assertContent(member(crc | 8, name), TEXT);
      await assertContent(member(crc | 16, comment), TEXT);
      await assertContent(member(crc | 29, concat(extra, name, comment)), TEXT);
    }
  });
});

describe("GzipSource damage", () => {
  const none = new Uint8Array(0);
  const whole = gzipSync(TEXT);

  it("read() names what stands after the last member", async () => {
    await assertDamage(concat(whole, Uint8Array.of(7)), TEXT, whole.length, /got 07$/);
    await assertDamage(
      concat(whole, new Uint8Array(70_000), TEXT),
      TEXT,
      whole.length + 70_000,
      /got 41$/,
    );
    await assertDamage(
      concat(whole, Uint8Array.of(0x1f, 0x8c)),
      TEXT,
      whole.length + 1,
      /got 8c$/,
    );
  });

  it("read() names a wrong CRC and a wrong length after the content", async () => {
    for (const content of [none, TEXT, noise(100_000)]) {
      const bytes = gzipSync(content);
      for (const [at, message] of [[8, /CRC/], [5, /CRC/], [4, /length/], [1, /length/]] as const) {
        const bad = Uint8Array.from(bytes);
        bad[bad.length - at] ^= 0x10;
        const offset = bad.length - (at > 4 ? 8 : 4);
        await assertDamage(bad, content, offset, message);
        await assertDamage(concat(bad, whole), content, offset, message);
        await assertDamage(
          concat(whole, bad),
          concat(TEXT, content),
          whole.length + offset,
          message,
        );
      }
    }
  });

  it("read() names headers that are wrong", async () => {
    const change = (at: number, value: number) => {
      const bad = Uint8Array.from(whole);
      bad[at] = value;
      return bad;
    };
    await assertDamage(change(2, 7), none, 2, /method 8 \(deflate\) is required, got 7/);
    await assertDamage(change(3, 0x20), none, 3, /reserved flags .* got flags 20/);
    await assertDamage(concat(whole, change(2, 9)), TEXT, whole.length + 2, /method/);
    const headerCrc = member(2, new Uint8Array(0));
    headerCrc[4] ^= 1;
    await assertDamage(headerCrc, none, 10, /header's CRC/);
  });

  it("read() gives what is before the damage in deflate data", async () => {
    const before = noise(150_000);
    // A flush ends at a whole byte, and 7 is no kind of block.
    const flushed = deflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH });
    const rest = deflateRawSync(noise(150_000, 2));
    const head = whole.subarray(0, HEADER_BYTES);
    for (const after of [Uint8Array.of(7), concat(Uint8Array.of(7), noise(90_000)), rest]) {
      const bad = concat(head, flushed, after);
      if (after === rest) bad[HEADER_BYTES + flushed.length] |= 7;
      await assertDamage(bad, before, HEADER_BYTES + flushed.length, /deflate data/);
      await assertDamage(
        concat(whole, bad),
        concat(TEXT, before),
        whole.length + HEADER_BYTES + flushed.length,
        /deflate data/,
      );
    }
    await assertDamage(concat(head, Uint8Array.of(7)), none, HEADER_BYTES, /deflate data/);
  });

  it("read() gives what is before the damage where little becomes much", async () => {
    const before = new Uint8Array(3_000_000);
    const flushed = deflateRawSync(before, { finishFlush: constants.Z_SYNC_FLUSH });
    const bad = concat(whole.subarray(0, HEADER_BYTES), flushed, Uint8Array.of(7));
    await assertDamage(bad, before, bad.length - 1, /deflate data/);
  });

  it("read() names a file cut anywhere, and gives what is before", async () => {
    const content = noise(400);
    const bytes = concat(whole, gzipSync(content));
    for (let length = 2; length < bytes.length; length++) {
      if (length === whole.length) continue;
      const isSecond = length > whole.length;
      const start = (isSecond ? whole.length : 0) + HEADER_BYTES;
      const end = (isSecond ? bytes.length : whole.length) - 8;
      const expected = inflateSome(bytes.subarray(start, Math.max(start, Math.min(end, length))));
      await assertDamage(
        bytes.subarray(0, length),
        isSecond ? concat(TEXT, expected) : expected,
        length,
        /end of the file/,
        "TruncatedCaptureError",
      );
    }
  });

  it("read() gives all before a changed byte, and no changed content without an error", async () => {
    const content = noise(5000);
    const bytes = gzipSync(content);
    for (let at = 0; at < bytes.length; at += 7) {
      const bad = Uint8Array.from(bytes);
      bad[at] ^= 1 << at % 8;
      const { content: got, error } = await contentOf(bad);
      const before = inflateSome(bytes.subarray(HEADER_BYTES, Math.max(HEADER_BYTES, at)));
      const least = Math.min(before.length, content.length);
      if (at < bytes.length - 8) assertEquals(got.subarray(0, least), before, `byte ${at}`);
      if (error === undefined) assertEquals(got, content, `byte ${at}`);
      else assert(/at byte \d+, .* byte \d+ of its content/.test(error.message), error.message);
    }
  });
});

/** What deflate data that are cut become. */
function inflateSome(data: Uint8Array): Uint8Array {
  return Uint8Array.from(inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }));
}
