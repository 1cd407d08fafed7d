import { timeScale, toMicroseconds } from "../../../examples/flows/capture/timestamp.ts";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

function convert(ticks: bigint, resolution: number, offsetSeconds = 0): number {
  return toMicroseconds(
    Number(ticks >> 32n),
    Number(ticks & 0xffffffffn),
    timeScale(resolution, offsetSeconds),
  );
}

describe("toMicroseconds()", () => {
  const time = 1_795_352_012_389_813n;

  it("toMicroseconds() keeps microseconds", () => {
    assertEquals(convert(time, 6), Number(time));
  });

  it("toMicroseconds() rounds nanoseconds and picoseconds down exactly", () => {
    assertEquals(convert(time * 1000n, 9), Number(time));
    assertEquals(convert(time * 1000n + 999n, 9), Number(time));
    assertEquals(convert(time * 1000n - 1n, 9), Number(time) - 1);
    assertEquals(convert(12_345_678_901_234_567n, 12), 12_345_678_901);
    assertEquals(convert(0xffffffffffffffffn, 12), Number(0xffffffffffffffffn / 1_000_000n));
  });

  it("toMicroseconds() widens coarser ticks", () => {
    assertEquals(convert(1_795_352_012n, 0), 1_795_352_012_000_000);
    assertEquals(convert(1_795_352_012_389n, 3), 1_795_352_012_389_000);
  });

  it("toMicroseconds() knows powers of two", () => {
    assertEquals(convert(3n, 0x80 | 1), 1_500_000);
    assertEquals(convert((1_795_352_012n << 32n) | 0x80000000n, 0x80 | 32), 1_795_352_012_500_000);
  });

  it("toMicroseconds() adds the offset", () => {
    assertEquals(convert(5n, 6, 100), 100_000_005);
    assertEquals(convert(5_000_000_000n, 9, -2), 3_000_000);
  });

  it("toMicroseconds() equals bigint arithmetic for random ticks", () => {
    for (let i = 0; i < 2000; i++) {
      const ticks = BigInt(Math.floor(Math.random() * 2 ** 32)) << BigInt(i % 32);
      for (let exponent = 6; exponent <= 12; exponent++) {
        const expected = ticks / 10n ** BigInt(exponent - 6);
        if (expected < 2n ** 53n) assertEquals(convert(ticks, exponent), Number(expected));
      }
    }
  });
});
