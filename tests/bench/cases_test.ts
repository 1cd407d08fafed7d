import { assert, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import type { GroupName } from "../../bench/cases/case.ts";
import { groups, type ImplementationName, loadCase } from "../../bench/cases/catalogue.ts";

/** Implementations without a package. The others are checked whenever they are measured. */
const ours: readonly ImplementationName[] = [
  "plain",
  "library",
  "library, boundaries",
  "mutex",
  "shared atomics",
  "RecordableHistogram",
];

/** The most cells that a test has the time for. */
const most = 10_000;

describe("cases", () => {
  for (const [group, { comparisons, chunk }] of Object.entries(groups)) {
    it(`${group}: every implementation does what is measured`, async () => {
      for (const { at, names } of comparisons) {
        if ((at.slots ?? 1) * (at.buckets ?? 1) > most || at.threads! > 1) continue;
        for (const name of names.filter((each) => ours.includes(each))) {
          const made = await loadCase(group as GroupName, name);
          const { run, total, expected = (done) => done } = made.prepare(made.share(at), 0);
          await run(chunk);
          await run(chunk * 2);
          assertStrictEquals(await total(), expected(chunk * 3, chunk * 2), `${name}, ${group}`);
        }
      }
    });
  }

  it("have the library in every comparison", () => {
    for (const [group, { comparisons }] of Object.entries(groups)) {
      for (const { names } of comparisons) assert(names.includes("library"), group);
    }
  });
});
