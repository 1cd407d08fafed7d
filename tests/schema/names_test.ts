import { describe, it } from "@std/testing/bdd";
import { assertName } from "../../src/schema/names.ts";
import { assertRefuses } from "../metrics/observe.ts";

describe("assertName()", () => {
  it("accepts letters, digits and _, and no digit first", () => {
    for (const name of ["a", "A", "_", "a1", "_1", "camelCase", "snake_case", "__a__"]) {
      assertName("test", name);
    }
  });

  it("refuses all else", () => {
    const bad: [unknown, string][] = [
      ["", '""'],
      ["1", '"1"'],
      ["a:b", '"a:b"'],
      ["a ", '"a "'],
      ["a\n", '"a\\n"'],
      ["__proto__", '"__proto__"'],
      ["a".repeat(90) + "-", `"${"a".repeat(80)}…"`],
      [1, "1"],
      [null, "null"],
      [undefined, "undefined"],
      [["a"], '["a"]'],
    ];
    for (const [name, got] of bad) {
      assertRefuses(
        () => assertName("test", name),
        TypeError,
        `Cannot test: a name is letters, digits and _, and no digit first, got ${got}`,
      );
    }
  });
});
