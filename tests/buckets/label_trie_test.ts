import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LABELLED } from "../../src/buckets/label_text.ts";
import {
  type BucketLife,
  finderSource,
  interpretFinder,
  LabelTrie,
} from "../../src/buckets/label_trie.ts";
import { withSeeds } from "../support/random.ts";

const NAMES = ["a", "b", "c"];

function seriesOf(id: number, values: string[]): BucketLife {
  const labels = Object.fromEntries(values.map((value, n) => [NAMES[n], value]));
  return { id, life: 1, values, kind: LABELLED, labels, bytes: 0, epoch: 1 };
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
        const map = new Map<string, BucketLife>();
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

    it("finds by any number of labels, whichever of them differ", () => {
      for (const count of [1, 2, 16, 17, 512]) {
        const names = Array.from({ length: count }, (_, n) => `label_${n}`);
        const tree = makeTree(names);
        const all: BucketLife[] = [];
        for (const differs of [0, 1, count >> 1, count - 2, count - 1]) {
          if (differs < 0 || differs >= count) continue;
          const values = names.map((_, n) => n === differs ? `other ${differs}` : "same");
          const labels = Object.fromEntries(names.map((name, n) => [name, values[n]]));
          all.push({ ...seriesOf(all.length, []), values, labels });
          tree.insert(all.at(-1)!);
        }
        for (const series of all) {
          assert(tree.find(series.labels) === series || tree.find(series.labels)!.id > series.id);
          for (const name of [names[0], names[count >> 1], names[count - 1]]) {
            assertEquals(tree.find({ ...series.labels, [name]: "none" }), undefined);
          }
        }
      }
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

describe("finderSource()", () => {
  it("grows with the number of labels, not with its square", () => {
    const lengthOf = (count: number) =>
      finderSource(Array.from({ length: count }, (_, n) => `label_${n + 1000}`)).length;
    const [some, many] = [lengthOf(100), lengthOf(500)];
    assert(some > 1000 && many < 6 * some, `${some} and ${many} code units`);
  });
});
