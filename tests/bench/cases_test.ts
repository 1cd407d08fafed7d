import { assert, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type ImplementationName, loadCase } from "../../bench/cases/all.ts";
import type { GroupName } from "../../bench/cases/case.ts";
import { groups } from "../../bench/cases/groups.ts";

/** Those that need no package: what the others count is checked whenever they are measured. */
const ours: readonly ImplementationName[] = [
  "plain",
  "library",
  "library, boundaries",
  "mutex",
  "shared atomics",
  "RecordableHistogram",
];

/** Cells that a test has the time for. */
const most = 10_000;

describe("cases", () => {
  for (const [group, { fields, chunk }] of Object.entries(groups)) {
    it(`${group}: all do what is measured`, async () => {
      for (const { at, names } of fields) {
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

  it("have the library in every field, or nothing to compare it with", () => {
    for (const [group, { fields }] of Object.entries(groups)) {
      for (const { names } of fields) assert(names.includes("library"), group);
    }
  });
});
