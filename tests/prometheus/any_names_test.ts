import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { counter, defineSchema, ThreadStats } from "../../mod.ts";
import { prometheusText } from "../../src/prometheus/mod.ts";
import { escapeLabelName, escapeMetricName } from "../../src/schema/escaping.ts";
import { type Random, withSeeds } from "../support/random.ts";

/** A sample as the documentation of Prometheus defines its syntax. */
function parseSample(line: string): [name: string, labels: [string, string][], value: string] {
  const string = '"((?:[^"\\\\\n]|\\\\[\\\\"n])*)"';
  const unescape = (text: string) =>
    text.replace(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped);
  let rest = line;
  const take = (pattern: string): string | undefined => {
    const match = new RegExp(`^(?:${pattern})`).exec(rest);
    if (match === null) return undefined;
    rest = rest.slice(match[0].length);
    return match[1] ?? match[0];
  };
  let name = take("[a-zA-Z_:][a-zA-Z0-9_:]*");
  const labels: [string, string][] = [];
  if (take("\\{") !== undefined) {
    if (name === undefined) {
      name = unescape(take(string)!);
      take(",");
    }
    while (take("\\}") === undefined) {
      const quoted = take(string);
      const label = quoted === undefined ? take("[a-zA-Z_][a-zA-Z0-9_]*")! : unescape(quoted);
      assertEquals(take("="), "=", rest);
      labels.push([label, unescape(take(string)!)]);
      take(",");
    }
  }
  assertEquals(rest[0], " ", line);
  return [name!, labels, rest.slice(1)];
}

const bare = { selfMetrics: false, created: false } as const;

describe("prometheusText() of any names", () => {
  const alphabet = [...'aB1_:.- =,{}#"\\\n\r\té花\u2028', "😱", "# EOF\n", "\n# TYPE a"];
  const textOf = (random: Random) =>
    Array.from({ length: 1 + random.below(5) }, () => random.pick(alphabet)).join("");

  it("has one line for each series, with these names, in all formats and schemes", () => {
    withSeeds(300, (random) => {
      const [name, help, value] = [textOf(random), textOf(random), textOf(random)];
      // The letters in front keep the labels apart in all schemes.
      const labels = ["x", "y", "z"].map((letter) => letter + textOf(random));
      const stats = ThreadStats.create(
        defineSchema({ any: counter({ name, help, labels }) }),
        { maxByteLength: 2 ** 20 },
      );
      stats.registerThread("t").metrics.any
        .labels(Object.fromEntries(labels.map((label) => [label, value]))).add(7);
      const snapshot = stats.snapshot();
      for (const escaping of ["allow-utf-8", "underscores", "dots", "values"] as const) {
        for (const format of ["text", "openmetrics"] as const) {
          const lines = prometheusText(snapshot, { ...bare, format, escaping }).split("\n");
          const samples = lines.filter((line) => line !== "" && !line.startsWith("#"));
          const [sample, pairs, number] = parseSample(samples[0]);
          const total = format === "text" || /[^]_total$/.test(name) ? "" : "_total";
          assertEquals([samples.length, number], [1, "7"]);
          assertEquals(sample, escapeMetricName(name, escaping) + total);
          assertEquals(pairs, labels.map((label) => [escapeLabelName(label, escaping), value]));
          const heads = lines.filter((line) => line.startsWith("#"));
          assertEquals(heads.length, format === "text" ? 2 : 3);
        }
      }
    });
  });
});
