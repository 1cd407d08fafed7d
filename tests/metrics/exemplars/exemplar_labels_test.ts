import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { ExemplarLabels } from "../../../mod.ts";
import {
  checkExemplar,
  type CopiedLabels,
  copyExemplarLabels,
  decodeExemplarLabels,
  writeExemplarLabels,
} from "../../../src/metrics/exemplars/exemplar_labels.ts";
import { EXEMPLAR_SLOT_BYTES } from "../../../src/metrics/exemplars/exemplar_layout.ts";
import { assertRefuses } from "../observe.ts";

function nothingCopied(): CopiedLabels {
  return { count: 0, lengths: new Uint16Array(16), text: "" };
}

/** Labels after they were in a slot that begins at code unit 160. */
function copyOf(labels: ExemplarLabels): ExemplarLabels {
  const u16 = new Uint16Array(EXEMPLAR_SLOT_BYTES);
  const checked = checkExemplar("test", labels);
  writeExemplarLabels(u16, 160, checked);
  assertEquals([...u16.slice(0, 160)], new Array(160).fill(0));
  const copied = nothingCopied();
  copyExemplarLabels(u16, 160, checked.length / 2, copied);
  return decodeExemplarLabels(copied);
}

const EACH_ONE = Object.fromEntries(
  Array.from({ length: 16 }, (_, n) => [String.fromCharCode(97 + n), "x".repeat(7)]),
);

describe("checkExemplar()", () => {
  it("takes labels of up to 128 UTF-16 code units, and 16 in number", () => {
    const most: ExemplarLabels[] = [
      {},
      { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" },
      { a: "" },
      { a: "x".repeat(127) },
      { ["n".repeat(128)]: "" },
      { a: "\u{1f600}".repeat(63) },
      EACH_ONE,
    ];
    for (const labels of most) assertEquals(copyOf(labels), labels);
  });

  it("keeps labels with names of the prototype's, in their order", () => {
    const labels = JSON.parse('{"b":"1","__proto__":"2","constructor":"3","a":"4"}');
    assertEquals(JSON.stringify(copyOf(labels)), JSON.stringify(labels));
  });

  it("makes values well-formed", () => {
    assertEquals(copyOf({ a: "x\ud800y" }), { a: "x\ufffdy" });
  });

  it("throws when the labels are too long, or too many", () => {
    const text =
      "Cannot test: the exemplar's names and values may have at most 128 UTF-16 code units";
    for (
      const [labels, units] of [
        [{ a: "x".repeat(128) }, 129],
        [{ ["n".repeat(129)]: "" }, 129],
        [{ a: "\u{1f600}".repeat(64) }, 129],
        [{ a: "x".repeat(100), b: "y".repeat(100) }, 202],
      ] as const
    ) {
      assertRefuses(() => checkExemplar("test", labels), RangeError, `${text}, got ${units}`);
    }
    assertRefuses(
      () => checkExemplar("test", { ...EACH_ONE, z: "" }),
      RangeError,
      "Cannot test: an exemplar may have at most 16 labels, got 17",
    );
  });

  it("throws when it is no object of strings, or OpenMetrics does not allow a name", () => {
    for (const value of [null, 1, "a", true, [], ["a"], new Uint8Array(2), () => {}]) {
      assertThrows(() => checkExemplar("test", value as never), TypeError, "an object of labels");
    }
    for (const value of [undefined, null, 1, 1n, {}, ["a"], Symbol("a")]) {
      const labels = { a: value } as never;
      assertThrows(() => checkExemplar("test", labels), TypeError, "label a must be a string");
    }
    for (const name of ["", "1a", "a-b", "a:b", "a b", 'a"', "é", "a\n"]) {
      assertThrows(() => checkExemplar("test", { [name]: "" }), TypeError, "letters, digits and _");
    }
  });

  it("reads each property once", () => {
    let reads = 0;
    const labels = {
      get a() {
        return reads++ === 0 ? "x" : "y".repeat(1000);
      },
    };
    assertEquals(checkExemplar("test", labels), ["a", "x"]);
  });
});

describe("decodeExemplarLabels()", () => {
  it("throws when no thread can have written the labels, and reads within the slot", () => {
    const u16 = new Uint16Array(EXEMPLAR_SLOT_BYTES / 2).fill(0x6161);
    for (const count of [-1, 1, 16, 17, 2 ** 31 - 1]) {
      const copied = nothingCopied();
      copyExemplarLabels(u16, 0, count, copied);
      assertThrows(() => decodeExemplarLabels(copied), TypeError, "must be intact");
    }
    const copied = nothingCopied();
    copied.count = 1;
    copied.lengths[0] = 0x0100;
    for (const name of ["", "-", "1"]) {
      copied.text = name;
      assertThrows(() => decodeExemplarLabels(copied), TypeError, "must be intact");
    }
  });
});
