import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { targetOf } from "../../src/http/request_target.ts";

describe("targetOf()", () => {
  it("finds path and query, whatever the host is", () => {
    for (
      const [url, path, query] of [
        ["http://localhost/a/b?c=d&e#f?g", "/a/b", "c=d&e"],
        ["http://no host?/a", "/", "/a"],
        ["http://[::1]:80", "/", ""],
        ["https://x#a?b", "/", ""],
        ["/metrics?name[]=a?b", "/metrics", "name[]=a?b"],
        ["/a?", "/a", ""],
        ["//other/a", "//other/a", ""],
        ["/a#b?c", "/a", ""],
        ["*", "*", ""],
        ["", "/", ""],
      ]
    ) {
      assertEquals(targetOf(url), { path, query }, url);
    }
  });

  it("takes time in proportion to the length", () => {
    const long = "a:/".repeat(300_000);
    assertEquals(targetOf(long), { path: long, query: "" });
  });
});
