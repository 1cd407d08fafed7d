import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  headOfRequest,
  partsOfResponse,
  toRequest,
  toResponse,
} from "../../../examples/http_server/messages.ts";

describe("toRequest()", () => {
  it("toRequest() makes the request again from its parts", async () => {
    const headers = { "x-one": "1" };
    const body = new TextEncoder().encode("text");
    const post = new Request("http://here/a?b=c", { method: "POST", headers, body });
    const copy = toRequest(structuredClone({ ...headOfRequest(post), body }));
    assertEquals([copy.method, copy.url, copy.headers.get("x-one")], [
      "POST",
      "http://here/a?b=c",
      "1",
    ]);
    assertEquals(await copy.text(), "text");
  });

  it("toRequest() leaves out a body that the method cannot have", () => {
    const body = new Uint8Array(4);
    for (const method of ["GET", "HEAD"]) {
      const head = headOfRequest(new Request("http://here/", { method }));
      assertEquals(toRequest({ ...head, body }).body, null);
    }
  });
});

describe("toResponse()", () => {
  it("toResponse() makes the response again from its parts", async () => {
    const original = new Response("text", { status: 201, headers: { "x-one": "1" } });
    original.headers.append("set-cookie", "a=1");
    original.headers.append("set-cookie", "b=2");
    const copy = toResponse(structuredClone(await partsOfResponse(original)));
    assertEquals([copy.status, copy.headers.get("x-one")], [201, "1"]);
    assertEquals(copy.headers.getSetCookie(), ["a=1", "b=2"]);
    assertEquals(await copy.text(), "text");
    const empty = toResponse(await partsOfResponse(new Response(null, { status: 204 })));
    assertEquals([empty.status, empty.body], [204, null]);
  });
});
