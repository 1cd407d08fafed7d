import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { addHalves, addUint64, getUint64, setUint64 } from "../../../src/metrics/record/uint64.ts";
import { withSeeds } from "../random.ts";

const EDGES = [
  ...[0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 32n + 1n, 2n ** 53n - 1n, 2n ** 63n],
  ...[2n ** 64n - 1n, 2n ** 64n, 2n ** 64n + 1n, 2n ** 200n + 7n],
];
const ALL = [...EDGES, ...EDGES.map((n) => -n)];
const modulo = (n: bigint) => BigInt.asUintN(64, n);
const isSafe = (n: bigint) => Number.isSafeInteger(Number(n));

describe("addUint64(), setUint64(), getUint64()", () => {
  it("are exact modulo 2^64 for all edges, as bigint and as number", () => {
    const halves = new Uint32Array(6).fill(7);
    for (const a of ALL) {
      for (const b of ALL) {
        setUint64(halves, 2, a);
        assertEquals(getUint64(halves, 2), modulo(a));
        addUint64(halves, 2, b);
        assertEquals(getUint64(halves, 2), modulo(a + b), `${a} + ${b}`);
        if (isSafe(b)) {
          setUint64(halves, 2, a);
          addUint64(halves, 2, Number(b));
          assertEquals(getUint64(halves, 2), modulo(a + b), `${a} + ${b} as a number`);
          setUint64(halves, 2, Number(b));
          assertEquals(getUint64(halves, 2), modulo(b));
        }
      }
    }
    assertEquals([halves[0], halves[1], halves[4], halves[5]], [7, 7, 7, 7]);
  });

  it("are exact for random sums", () => {
    withSeeds(20, (random) => {
      const halves = new Uint32Array(2);
      let expected = 0n;
      for (let n = 0; n < 200; n++) {
        const size = random.below(54);
        const value = Math.floor(random.below(2 ** 31) / 2 ** 31 * 2 ** size) *
          (random.below(2) === 0 ? 1 : -1);
        const delta = random.below(2) === 0 ? value : BigInt(value);
        addUint64(halves, 0, delta);
        expected = modulo(expected + BigInt(value));
        assertEquals(getUint64(halves, 0), expected);
      }
    });
  });
});

describe("addHalves()", () => {
  it("carries", () => {
    const halves = new Uint32Array([0xffffffff, 0xffffffff]);
    addHalves(halves, 0, 1, 0);
    assertEquals([...halves], [0, 0]);
    addHalves(halves, 0, 0xffffffff, 0xffffffff);
    addHalves(halves, 0, 0xffffffff, 1);
    assertEquals(getUint64(halves, 0), 0x1_fffffffen);
  });
});
