import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { textResponse } from "../../src/http/text_response.ts";

describe("textResponse()", () => {
  it("has one line, the status and the headers", async () => {
    const response = textResponse(405, "Only GET", { allow: "GET" });
    assertEquals([response.status, await response.text()], [405, "Only GET\n"]);
    assertEquals([...response.headers], [
      ["allow", "GET"],
      ["content-type", "text/plain; charset=utf-8"],
    ]);
  });
});
