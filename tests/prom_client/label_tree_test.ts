import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LabelTree } from "../../src/prom_client/label_tree.ts";
import { Random } from "../support/random.ts";

describe("LabelTree", () => {
  it("find() and findByValues() find what was added, by all labels or by some", () => {
    const tree = new LabelTree<string>(["a", "b"]);
    tree.add({ a: "1", b: "2" }, "both");
    tree.add({ b: "2" }, "b alone");
    tree.add({}, "none");
    assertEquals(tree.find({ b: "2", a: "1" }), "both");
    assertEquals(tree.find({ b: "2" }), "b alone");
    assertEquals(tree.find({}), "none");
    assertEquals(tree.find({ a: "1" }), undefined);
    assertEquals(tree.findByValues(["1", "2"]), "both");
    assertEquals(tree.findByValues(["1"]), undefined);
    assertEquals(tree.findByValues(["1", "2", "3"]), undefined);
  });

  it("find() finds nothing when there is a label too many", () => {
    const tree = new LabelTree<string>(["a"]);
    tree.add({ a: "1" }, "found");
    assertEquals(tree.find({ a: "1", b: "2" }), undefined);
    assertEquals(tree.find({ a: "1", b: undefined }), undefined);
    assertEquals(tree.lookUp({ a: "1", b: undefined }), "found");
  });

  it("lookUp() takes values for equal whose texts are, and find() knows them from then on", () => {
    const tree = new LabelTree<string>(["a"]);
    tree.add({ a: 200 }, "found");
    assertEquals(tree.find({ a: 200 }), "found");
    assertEquals(tree.find({ a: "200" }), "found");
    assertEquals(tree.find({ a: 200n }), undefined);
    assertEquals(tree.lookUp({ a: 200n }), "found");
    assertEquals(tree.find({ a: 200n }), "found");
    assertEquals(tree.lookUp({ a: { toString: () => "200" } }), "found");
  });

  it("remove() forgets the texts and all other forms of a value", () => {
    const tree = new LabelTree<string>(["a", "b"]);
    tree.add({ a: 1, b: true }, "gone");
    tree.add({ a: 1, b: false }, "stays");
    tree.remove({ a: "1", b: "true" });
    assertEquals(tree.find({ a: 1, b: true }), undefined);
    assertEquals(tree.find({ a: "1", b: "true" }), undefined);
    assertEquals(tree.find({ a: 1, b: false }), "stays");
    tree.remove({ a: "1", b: "false" });
    assertEquals(tree.lookUp({ a: 1, b: false }), undefined);
    tree.remove({ a: "never", b: "there" });
  });

  it("random calls give what a map by texts gives", () => {
    const random = new Random(1);
    const names = ["a", "b", "c"];
    const values = [
      undefined,
      "",
      "0",
      0,
      1,
      "1",
      true,
      "true",
      null,
      "null",
      "undefined",
    ];
    const tree = new LabelTree<number>(names);
    const map = new Map<string, number>();
    for (let n = 0; n < 20_000; n++) {
      const labels = Object.fromEntries(
        names.map((name) => [name, random.pick(values)]).filter(([, value]) => value !== undefined),
      );
      const key = JSON.stringify(
        names.map((name) => name in labels ? `${labels[name]}` : null),
      );
      const found = tree.find(labels) ?? tree.lookUp(labels);
      assertEquals(found, map.get(key), key);
      if (found === undefined) {
        tree.add(labels, n);
        map.set(key, n);
      } else if (random.below(2) === 0) {
        tree.remove(labels);
        map.delete(key);
      }
    }
  });
});
