import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { groups } from "../../bench/cases/catalogue.ts";
import { find, judge, type Target, targets } from "../../bench/targets.ts";
import type { Row } from "../../bench/results.ts";
import { row } from "./made_results.ts";

function targetOf(name: string): Target {
  const found = targets.find((target) => target.name === name);
  assert(found !== undefined, `no target is called ${name}`);
  return found;
}

describe("find()", () => {
  const rows = [
    row("g", "library", 1, { threads: 1 }),
    row("g", "library", 2, { threads: 2 }),
    row("g", "mutex", null, { threads: 1 }),
  ];

  it("finds the figure of a group and a name under the circumstances", () => {
    assertStrictEquals(find(rows, "g", { name: "library", at: { threads: 2 } }), 2);
  });

  it("gives NaN where there is no row, or no figure in it", () => {
    assertStrictEquals(find(rows, "h", { name: "library" }), NaN);
    assertStrictEquals(find(rows, "g", { name: "library", at: { slots: 1 } }), NaN);
    assertStrictEquals(find(rows, "g", { name: "mutex", at: { threads: 1 } }), NaN);
  });
});

describe("judge()", () => {
  const target = { name: "t", limit: 4, measure: () => 6 };

  it("says by how much a limit from above is missed", () => {
    assertEquals(judge(target, []), { value: 6, isMet: false, miss: 1.5 });
    assertEquals(judge({ ...target, limit: 6 }, []), { value: 6, isMet: true, miss: 1 });
  });

  it("says by how much a limit from below is missed", () => {
    assertEquals(judge({ ...target, isLeast: true }, []).isMet, true);
    assertEquals(judge({ ...target, limit: 9, isLeast: true }, []), {
      value: 6,
      isMet: false,
      miss: 1.5,
    });
  });

  it("holds what is not known for missed", () => {
    assertStrictEquals(judge({ ...target, measure: () => NaN }, []).isMet, false);
  });
});

describe("targets", () => {
  it("have names of their own", () => {
    assertStrictEquals(new Set(targets.map(({ name }) => name)).size, targets.length);
  });

  it("compare with the rival under the same circumstances", () => {
    const rows = [
      row("record update", "library", 10, { threads: 1 }),
      row("record update", "mutex", 20, { threads: 1 }),
      row("record update", "library", 12, { threads: 2 }),
      row("record update", "mutex", 120, { threads: 2 }),
    ];
    assertStrictEquals(targetOf("record update / uncontended mutex").measure(rows), 0.5);
    assertStrictEquals(targetOf("record update / mutex, 2 threads").measure(rows), 0.1);
  });

  it("divide a snapshot by the cells that it looks into", () => {
    const rows = [row("snapshot of counters", "library", 8e6, { slots: 8, buckets: 10_000 })];
    const { measure } = targetOf("snapshot, ns per slot and counter, 8 slots, 10,000 buckets");
    assertStrictEquals(measure(rows), 100);
  });

  it("divide a read by the slots", () => {
    const rows = [row("record read", "library", 640, { slots: 64 })];
    assertStrictEquals(targetOf("read of one record, ns per slot, 64 slots").measure(rows), 10);
  });

  it("say how many times faster than the rival, where that is asked for", () => {
    const bound = "labelled add, bound child";
    const rows = [
      row(bound, "library", 2, { threads: 1 }),
      row(bound, "prom-client", 100, { threads: 1 }),
      row("scrape, all busy for 2 s", "library", 1e6, { workers: 8 }),
      row("scrape, all busy for 2 s", "@prometheus-io/client", 2e9, { workers: 8 }),
    ];
    const scrape = "scrape of 8 workers, all busy for 2 s: times faster than @prometheus-io/client";
    const add = "bound labelled add: times faster than prom-client";
    assertStrictEquals(targetOf(add).measure(rows), 50);
    assertStrictEquals(targetOf(scrape).measure(rows), 2000);
  });

  it("know all from what the cases measure and nothing from no rows", () => {
    const values = targets.map(({ measure }) => measure([]));
    assertEquals(values.filter((value) => !Number.isNaN(value)), []);
    const rows = Object.entries(groups).flatMap(([group, { comparisons }]) =>
      comparisons.flatMap(({ at, names }) =>
        names.map((name) => row(group, name, 1, at as Row["at"]))
      )
    );
    const isTimed = ({ name }: Target) => !/^memory|^scrape|atomic operations|allocated/.test(name);
    for (const target of targets.filter(isTimed)) {
      assert(!Number.isNaN(target.measure(rows)), target.name);
    }
  });
});
