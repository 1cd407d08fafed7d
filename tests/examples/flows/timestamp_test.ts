import { type Time, timeScale, toMicroseconds } from "../../../examples/flows/capture/timestamp.ts";
import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

function convert(ticks: bigint, resolution: number, offsetSeconds = 0n): Time {
  return toMicroseconds(
    Number(ticks >> 32n),
    Number(ticks & 0xffffffffn),
    timeScale(resolution, offsetSeconds),
  );
}

/** A number where numbers are exact, a bigint elsewhere. */
function assertExact(time: Time, expected: bigint): void {
  assertEquals(BigInt(time), expected);
  assertEquals(typeof time, Number.isSafeInteger(Number(expected)) ? "number" : "bigint");
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
    assertEquals(convert(5n, 6, 100n), 100_000_005);
    assertEquals(convert(5_000_000_000n, 9, -2n), 3_000_000);
  });

  it("toMicroseconds() equals bigint arithmetic for random ticks", () => {
    const random = (bits: number) =>
      (BigInt(Math.floor(Math.random() * 2 ** 32)) << 32n |
        BigInt(Math.floor(Math.random() * 2 ** 32))) >> BigInt(64 - bits);
    for (let i = 0; i < 3000; i++) {
      const ticks = random(1 + i % 64);
      const offset = [0n, random(30), -random(30), random(63), -random(63)][i % 5];
      for (const resolution of [0, 3, 6, 7, 9, 12, 13, 20, 127, 0x80, 0x8a, 0xa0, 0xc0, 0xff]) {
        const perSecond = (resolution & 0x80 ? 2n : 10n) ** BigInt(resolution & 0x7f);
        assertExact(
          convert(ticks, resolution, offset),
          ticks * 1_000_000n / perSecond + offset * 1_000_000n,
        );
      }
    }
  });

  it("toMicroseconds() is exact where no number is", () => {
    const most = 2n ** 64n - 1n;
    assertExact(convert(most, 6), most);
    assertExact(convert(most, 0), most * 1_000_000n);
    assertExact(convert(most, 0, 2n ** 63n - 1n), (most + 2n ** 63n - 1n) * 1_000_000n);
    assertExact(convert(0n, 6, -(2n ** 63n)), -(2n ** 63n) * 1_000_000n);
    // Both parts are beyond, the sum is not.
    assertExact(convert(2n ** 60n, 6, -(2n ** 60n) / 1_000_000n), 2n ** 60n % 1_000_000n);
    for (const around of [2n ** 53n, 2n ** 53n * 1000n, 2n ** 55n]) {
      for (let ticks = around - 3n; ticks <= around + 3n; ticks++) {
        assertExact(convert(ticks, 6), ticks);
        assertExact(convert(ticks, 9), ticks / 1000n);
      }
    }
  });
});
