import { assert, assertStrictEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { describeProcessor, processorName } from "../../bench/machine.ts";

const cpuinfo = (family: number, model: number) =>
  `cpu family\t: ${family}\nmodel\t\t: ${model}\nmodel name\t: AMD EPYC\n`;

describe("describeProcessor()", () => {
  it("adds the generation to a name that does not tell it", () => {
    assertStrictEquals(
      describeProcessor("AMD EPYC", cpuinfo(25, 1)),
      "AMD EPYC (Zen 3, Milan, family 25, model 1)",
    );
    assertStrictEquals(
      describeProcessor("AMD EPYC", cpuinfo(99, 7)),
      "AMD EPYC (family 99, model 7)",
    );
  });

  it("leaves a name with a number, and a name of which nothing is known", () => {
    const name = "AMD EPYC 7763 64-Core Processor";
    assertStrictEquals(describeProcessor(name, cpuinfo(25, 1)), name);
    assertStrictEquals(describeProcessor("Abacus", ""), "Abacus");
  });
});

describe("processorName()", () => {
  it("names this machine's", () => {
    assert(processorName().length > 0);
  });
});
