import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LabelCheck } from "../../src/schema/label_values.ts";

const check = new LabelCheck(["method", "toString"]);

describe("LabelCheck.takeAll()", () => {
  it("copies all labels, in well-formed Unicode", () => {
    const given = { toString: "x\ud83d", method: "GET" };
    assertEquals(check.takeAll("read", given), { method: "GET", toString: "x\ufffd" } as never);
    assertEquals(given.toString, "x\ud83d");
  });

  it("refuses labels that are not exactly the metric's", () => {
    const bad: [unknown, string][] = [
      [null, "the labels must be method, toString, got null"],
      [["GET"], 'the labels must be method, toString, got ["GET"]'],
      [{ host: "a" }, "the labels must be method, toString, got the unknown label host"],
      [{ toString: "a" }, "the labels must be method, toString, got no method"],
      [{ method: 5, toString: "a" }, "the label method must be a string, got 5"],
    ];
    for (const [labels, text] of bad) {
      assertThrows(() => check.takeAll("read", labels), TypeError, `Cannot read: ${text}`);
    }
  });
});

describe("LabelCheck.takeSome()", () => {
  it("tells whether all labels are given, and copies those that are", () => {
    const some = (given: unknown) => {
      const { labels, isComplete } = check.takeSome("read", given);
      return [Object.entries(labels), isComplete];
    };
    assertEquals(some({}), [[], false]);
    assertEquals(some(Object.create(null)), [[], false]);
    assertEquals(some({ method: "\ud83d" }), [[["method", "\ufffd"]], false]);
    assertEquals(some({ toString: "x" }), [[["toString", "x"]], false]);
    assertEquals(some({ toString: "x", method: "y" }), [
      [["method", "y"], ["toString", "x"]],
      true,
    ]);
  });

  it("takes labels from accessors of a class, each read once", () => {
    let reads = 0;
    class Given {
      get method() {
        reads++;
        return "GET";
      }
    }
    const { labels } = check.takeSome("read", new Given());
    assertEquals([Object.entries(labels), reads], [[["method", "GET"]], 1]);
  });

  it("refuses what is no label of the metric, and objects without any that are of a class", () => {
    const bad: [unknown, string][] = [
      [undefined, "the labels must be method, toString, got undefined"],
      [{ host: "a" }, "the labels must be method, toString, got the unknown label host"],
      [{ method: undefined }, "the label method must be a string, got undefined"],
      [{ toString: null }, "the label toString must be a string, got null"],
      [new Map([["method", "GET"]]), "the labels must be method, toString, got an object of class"],
      [new Headers(), "the labels must be method, toString, got an object of class"],
    ];
    for (const [labels, text] of bad) {
      assertThrows(() => check.takeSome("read", labels), TypeError, `Cannot read: ${text}`);
    }
    const none = new LabelCheck([]);
    assertEquals(none.takeSome("read", {}).isComplete, true);
    assertThrows(
      () => none.takeSome("read", { a: "b" }),
      TypeError,
      "Cannot read: the metric has no labels, got the unknown label a",
    );
  });
});
