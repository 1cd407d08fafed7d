import { crc32 } from "node:zlib";
import { GzipDamage, type GzipInput } from "./gzip_input.ts";

// https://www.rfc-editor.org/rfc/rfc1952
const MAGIC = [0x1f, 0x8b];
const DEFLATE = 8;
const HAS_HEADER_CRC = 0x02;
const HAS_EXTRA = 0x04;
const HAS_NAME = 0x08;
const HAS_COMMENT = 0x10;
const RESERVED = 0xe0;

/**
 * Takes the header of a member.
 *
 * @throws {GzipDamage} If it is none, or not whole
 */
export async function readGzipHeader(input: GzipInput): Promise<void> {
  const start = input.offset;
  let crc = 0;
  const byte = async () => {
    const value = await input.byte();
    crc = crc32(Uint8Array.of(value), crc);
    return value;
  };
  for (const expected of MAGIC) {
    const value = await byte();
    if (value !== expected) {
      throw new GzipDamage(
        `gzip data or the end of the file is required, got ${hex(value)}`,
        input.offset - 1,
      );
    }
  }
  const method = await byte();
  if (method !== DEFLATE) {
    throw new GzipDamage(`method ${DEFLATE} (deflate) is required, got ${method}`, start + 2);
  }
  const flags = await byte();
  if ((flags & RESERVED) !== 0) {
    throw new GzipDamage(`0 in the reserved flags is required, got flags ${hex(flags)}`, start + 3);
  }
  // The time, the level and the system tell nothing that is needed.
  for (let i = 0; i < 6; i++) await byte();
  if (flags & HAS_EXTRA) {
    let length = await byte() + await byte() * 256;
    while (length-- > 0) await byte();
  }
  for (const text of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & text) === 0) continue;
    while (await byte() !== 0);
  }
  if (flags & HAS_HEADER_CRC) {
    const expected = crc & 0xffff;
    const offset = input.offset;
    const got = await input.number(2);
    if (got !== expected) {
      throw new GzipDamage(
        `the header's CRC ${hex(expected, 4)} is required, got ${hex(got, 4)}`,
        offset,
      );
    }
  }
}

/** A number in hexadecimal digits. */
export function hex(value: number, digits = 2): string {
  return value.toString(16).padStart(digits, "0");
}
