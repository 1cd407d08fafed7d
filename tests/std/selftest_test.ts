import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertExists,
  assertGreater,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";

describe("assert stand-ins", () => {
  const refused = (fn: () => void) => assertThrows(fn, Error);

  it("assertEquals() compares deeply", () => {
    assertEquals({ a: [1, { b: 2n }], c: new Map([["d", NaN]]) }, {
      a: [1, { b: 2n }],
      c: new Map([["d", NaN]]),
    });
    assertEquals(new Float64Array([1, 2]), new Float64Array([1, 2]));
    assertEquals(Object.assign(Object.create(null), { a: 1 }), { a: 1 });
    assertEquals([0], [-0]);
    refused(() => assertEquals({ a: 1 }, { a: 2 }));
    refused(() => assertEquals<unknown>({ a: 1 }, { a: 1, b: undefined }));
    refused(() => assertEquals<unknown>(1, 1n));
    refused(() => assertEquals(new Set([1]), new Set([2])));
    refused(() => assertNotEquals([1], [1]));
    assertNotEquals([1], [2]);
  });

  it("assertStrictEquals() tells 0 from -0", () => {
    assertStrictEquals(NaN, NaN);
    refused(() => assertStrictEquals(0, -0));
    refused(() => assertStrictEquals<unknown>([], []));
  });

  it("assertThrows() judges class and message", () => {
    const error = assertThrows(
      () => {
        throw new TypeError("Cannot do it: why");
      },
      TypeError,
      "do it",
    );
    assertInstanceOf(error, TypeError);
    refused(() => assertThrows(() => {}));
    refused(() =>
      assertThrows(
        () => {
          throw new TypeError("a");
        },
        RangeError,
      )
    );
    refused(() =>
      assertThrows(
        () => {
          throw new TypeError("a");
        },
        TypeError,
        "b",
      )
    );
    assertEquals(
      assertThrows(() => {
        throw 5;
      }),
      5,
    );
  });

  it("assertRejects() judges class and message", async () => {
    const error = await assertRejects(() => Promise.reject(new RangeError("far")), RangeError);
    assertStringIncludes(error.message, "far");
    await assertRejects(() => assertRejects(() => Promise.resolve(1)), Error);
    await assertRejects(
      () => assertRejects(() => Promise.reject(new Error("a")), TypeError),
      Error,
    );
  });

  it("the others refuse what they should", () => {
    refused(() => assert(0));
    refused(() => assertExists(null));
    refused(() => assertGreater(1, 1));
    refused(() => assertMatch("a", /b/));
    refused(() => assertAlmostEquals(1, 1.1));
    assertAlmostEquals(0.1 + 0.2, 0.3);
    assertAlmostEquals(10, 11, 2);
  });
});

describe("bdd stand-ins", () => {
  const log: string[] = [];

  describe("hooks", () => {
    beforeAll(() => {
      log.push("beforeAll");
    });
    afterAll(() => {
      log.push("afterAll");
    });
    beforeEach(() => {
      log.push("beforeEach");
    });
    afterEach(async () => {
      await Promise.resolve();
      log.push("afterEach");
    });

    it("first", () => {
      log.push("first");
    });

    describe("inner", () => {
      beforeEach(async () => {
        await Promise.resolve();
        log.push("inner beforeEach");
      });
      afterEach(() => {
        log.push("inner afterEach");
      });
      it("second", () => {
        log.push("second");
      });
    });
  });

  it("hooks run in the order of the original", () => {
    assertEquals(
      log.join(", "),
      "beforeAll, beforeEach, first, afterEach, beforeEach, inner beforeEach, second, " +
        "inner afterEach, afterEach, afterAll",
    );
  });
});
