import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { assertName, snakeCase } from "../../src/schema/names.ts";
import { assertRefuses } from "../metrics/observe.ts";

describe("assertName()", () => {
  it("accepts letters, digits and _, with no digit first", () => {
    for (const name of ["a", "A", "_", "a1", "_1", "camelCase", "snake_case", "__a__"]) {
      assertName("test", name);
    }
  });

  it("refuses all other names, and suggests a legal one", () => {
    const bad: [name: unknown, got: string, legal?: string][] = [
      ["", '""'],
      ["-", '"-"'],
      ["1", '"1"', "_1"],
      ["a:b", '"a:b"', "a_b"],
      ["http.requests/s", '"http.requests/s"', "http_requests_s"],
      ["a ", '"a "', "a"],
      ["a\n", '"a\\n"', "a"],
      ["__proto__", '"__proto__"', "proto"],
      ["a".repeat(90) + "-", `"${"a".repeat(80)}…"`, "a".repeat(80)],
      [1, "1"],
      [null, "null"],
      [undefined, "undefined"],
      [["a"], '["a"]'],
    ];
    for (const [name, got, legal] of bad) {
      const suggestion = legal === undefined ? "" : `, such as ${legal}`;
      assertRefuses(
        () => assertName("test", name),
        TypeError,
        `Cannot test: names consist of letters, digits and _, and do not begin with a digit${suggestion}, got ${got}`,
      );
    }
  });
});

describe("snakeCase()", () => {
  it("separates words at changes of case", () => {
    const names = {
      packets: "packets",
      lastSeen: "last_seen",
      HTTPRequests: "http_requests",
      requestsByURL: "requests_by_url",
      p99Latency: "p99_latency",
      utf8: "utf8",
      snake_case: "snake_case",
      _hidden: "_hidden",
      A: "a",
    };
    for (const [name, snake] of Object.entries(names)) assertEquals(snakeCase(name), snake);
  });
});
