import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LABELLED } from "../../src/buckets/label_text.ts";
import { interpretFinder, LabelTrie, type Series } from "../../src/buckets/label_trie.ts";
import { withSeeds } from "../metrics/random.ts";

const NAMES = ["a", "b", "c"];

function seriesOf(id: number, values: string[]): Series {
  const labels = Object.fromEntries(values.map((value, n) => [NAMES[n], value]));
  return { id, life: 1, values, kind: LABELLED, labels, epoch: 1 };
}

const makers: [string, (names: string[]) => LabelTrie][] = [
  ["LabelTrie", (names) => new LabelTrie(names)],
  ["LabelTrie without a compiler", (names) => new LabelTrie(names, interpretFinder(names))],
];

for (const [title, makeTree] of makers) {
  describe(title, () => {
    it("is held equal to a plain map", () => {
      withSeeds(50, (random) => {
        const names = NAMES.slice(0, 1 + random.below(3));
        const tree = makeTree(names);
        const map = new Map<string, Series>();
        for (let step = 0; step < 300; step++) {
          const values = names.map(() => random.pick(["x", "y", "z", ""]));
          const series = seriesOf(step, values);
          const key = values.join();
          const known = map.get(key);
          assertEquals(tree.find(series.labels), known);
          if (random.below(2) === 0) {
            tree.insert(series);
            map.set(key, series);
          } else if (known !== undefined) {
            tree.remove(known);
            map.delete(key);
          }
        }
      });
    });

    it("does not remove a series that has taken the place of another", () => {
      const tree = makeTree(NAMES);
      const [old, young] = [seriesOf(1, ["x", "y", "z"]), seriesOf(2, ["x", "y", "z"])];
      tree.insert(old);
      tree.insert(young);
      tree.remove(old);
      assert(tree.find(young.labels) === young);
      tree.remove(young);
      tree.remove(young);
      assertEquals(tree.find(young.labels), undefined);
    });

    it("finds no labels that are no strings, at whichever level", () => {
      const tree = makeTree(NAMES);
      tree.insert(seriesOf(1, ["1", "2", "3"]));
      tree.insert(seriesOf(2, ["1", "2", "4"]));
      const find = (labels: object) => tree.find(labels as Record<string, string>);
      assertEquals(find({ a: "1", b: "2", c: "3" })?.id, 1);
      for (
        const labels of [{ a: 1, b: "2", c: "3" }, { a: "1", b: 2, c: "3" }, { a: "1", b: "2" }]
      ) {
        assertEquals(find(labels), undefined);
      }
      assertEquals(find({ a: "1", b: "2", c: 3 }), undefined);
    });
  });
}
