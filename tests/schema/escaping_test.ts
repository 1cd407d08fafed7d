import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  escapeLabelName,
  escapeMetricName,
  ESCAPING_SCHEMES,
  isEscapingScheme,
  isPlainLabelName,
  isPlainMetricName,
  labelForms,
} from "../../src/schema/escaping.ts";
import { type Random, withSeeds } from "../support/random.ts";

/** A random name of up to 8 characters, many of which matter to a scheme. */
function nameOf(random: Random): string {
  const characters = [...'ab9Z_:.-/ \\"\n{}é花', "😱", "\u0100", "\u{10ffff}"];
  return Array.from({ length: 1 + random.below(8) }, () => random.pick(characters)).join("");
}

/** The name that the scheme `values` has escaped. */
function unescapeValues(escaped: string): string {
  if (!escaped.startsWith("U__")) return escaped;
  return escaped.slice(3).replace(
    /__|_([0-9a-f]+)_/g,
    (_, hex) => hex === undefined ? "_" : String.fromCodePoint(parseInt(hex, 16)),
  );
}

describe("escapeMetricName()", () => {
  it("replaces by each scheme what a plain name may not have", () => {
    // The results of `EscapeName` of github.com/prometheus/common at d2417e2 for these kinds of names.
    const cases: [name: string, underscores: string, dots: string, values: string][] = [
      ["shop.eu.queue.depth", "shop_eu_queue_depth", "shop_dot_eu_dot_queue_dot_depth"],
      ["shop.jobs_total", "shop_jobs_total", "shop_dot_jobs__total"],
      ["rpc.code:sum", "rpc_code:sum", "rpc_dot_code:sum"],
      ["time of 😱", "time_of__", "time__of____"],
      ["花火", "__", "____"],
      ["a \u0100", "a__", "a____"],
      ["9lives", "_lives", "__lives"],
      ["a-b/c", "a_b_c", "a__b__c"],
      ['q"\\\n', "q___", "q______"],
    ].map(([name, underscores, dots], n) => [
      ...[name, underscores, dots] as const,
      [
        "U__shop_2e_eu_2e_queue_2e_depth",
        "U__shop_2e_jobs__total",
        "U__rpc_2e_code:sum",
        "U__time_20_of_20__1f631_",
        "U___82b1__706b_",
        "U__a_20__100_",
        "U___39_lives",
        "U__a_2d_b_2f_c",
        "U__q_22__5c__a_",
      ][n],
    ]);
    for (const [name, underscores, dots, values] of cases) {
      assertEquals(
        ["allow-utf-8", "underscores", "dots", "values"].map((scheme) =>
          escapeMetricName(name, scheme as "dots")
        ),
        [name, underscores, dots, values],
      );
    }
  });

  it("leaves plain names as they are", () => {
    for (
      const name of ["http_requests_total", "job:errors:rate5m", ":a", "__", "U__a", "a_dot_b"]
    ) {
      for (const scheme of ESCAPING_SCHEMES) assertEquals(escapeMetricName(name, scheme), name);
    }
  });

  it("makes plain names of all names, and by values a different one of each", () => {
    withSeeds(2000, (random) => {
      const name = nameOf(random);
      for (const scheme of ["underscores", "dots", "values"] as const) {
        const escaped = escapeMetricName(name, scheme);
        assert(isPlainMetricName(escaped), escaped);
        assertEquals(escaped === name, isPlainMetricName(name));
        assertEquals(escapeMetricName(escaped, scheme), escaped);
      }
      assertEquals(escapeMetricName(name, "underscores").length, [...name].length);
      assertEquals(escapeMetricName(name, "allow-utf-8"), name);
      assertEquals(unescapeValues(escapeMetricName(name, "values")), name);
    });
  });
});

describe("escapeLabelName()", () => {
  it("replaces colons too, which a label needs quotes for", () => {
    assertEquals(
      ESCAPING_SCHEMES.map((scheme) => escapeLabelName("a:b.c_d", scheme)),
      ["a:b.c_d", "a_b_c_d", "a__b_dot_c__d", "U__a_3a_b_2e_c__d"],
    );
    for (const scheme of ESCAPING_SCHEMES) assertEquals(escapeLabelName("a_b", scheme), "a_b");
  });

  it("makes plain names of all names", () => {
    withSeeds(2000, (random) => {
      const name = nameOf(random);
      for (const scheme of ["underscores", "dots", "values"] as const) {
        const escaped = escapeLabelName(name, scheme);
        assert(isPlainLabelName(escaped), escaped);
        assertEquals(escaped === name, isPlainLabelName(name));
      }
      assertEquals(unescapeValues(escapeLabelName(name, "values")), name);
    });
  });
});

describe("labelForms()", () => {
  it("has the label in all schemes", () => {
    assertEquals([...labelForms("a.b")], ["a.b", "a_b", "a_dot_b", "U__a_2e_b"]);
    assertEquals([...labelForms("a_b")], ["a_b"]);
  });
});

describe("isEscapingScheme()", () => {
  it("is true for the names of schemes only", () => {
    for (const scheme of ESCAPING_SCHEMES) assert(isEscapingScheme(scheme));
    for (const value of ["", "allow-utf8", "toString", "Dots", undefined, null, 1, ["dots"]]) {
      assertEquals(isEscapingScheme(value), false);
    }
  });
});
