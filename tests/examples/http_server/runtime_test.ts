import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { listen } from "../../../examples/http_server/runtime.ts";
import { send } from "./raw_request.ts";
import { notingSite, siteOf } from "./site.ts";

const isBun = "Bun" in globalThis;

describe("listen()", () => {
  it("listen() refuses a Host that is none or more than one, and asks no handler", async () => {
    const { site, asked } = notingSite();
    const listener = await listen(site, 0);
    const get = (host: string) =>
      send(listener.port, `GET /a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    try {
      for (const host of ["x/b?", "x?", "x#", "x\\b", "user:word@x", "two words", "x:99999"]) {
        assertMatch(await get(host), /^HTTP\/1\.1 400 /, host);
      }
      assertMatch(await get("x\r\nHost: y"), /^HTTP\/1\.1 400 /);
      assertEquals(asked, []);
      for (const host of ["x", "x:80", "[::1]:8000"]) assertMatch(await get(host), /200 OK/, host);
      // Bun has no address for an empty one, which is allowed.
      assertMatch(await get(""), isBun ? /^HTTP\/1\.1 400 / : /200 OK/);
      assertEquals(asked, Array(isBun ? 3 : 4).fill("/a"));
    } finally {
      await listener.close();
    }
  });

  it("listen() has the figures at /metrics, for those who ask there", async () => {
    const { site, asked } = notingSite();
    const listener = await listen(site, 0);
    try {
      const textAt = async (path: string) =>
        await (await fetch(`http://127.0.0.1:${listener.port}${path}`)).text();
      const text = await textAt("/metrics?name[]=hits&name[]=process_uptime_seconds");
      assertMatch(
        text,
        /^# TYPE hits_total counter\nhits_total 0\n.*\n.*\nprocess_uptime_seconds /,
      );
      for (const path of ["/metrics/", "/a?/metrics"]) assertEquals(await textAt(path), "here\n");
      assertEquals(asked, ["/metrics/", "/a"]);
    } finally {
      await listener.close();
    }
  });

  it("listen() shows no source where a handler throws", { ignore: !isBun }, async () => {
    const error = console.error;
    const logged: unknown[] = [];
    console.error = (what: unknown) => logged.push(what);
    const fault = new Error("fault");
    const listener = await listen(siteOf(() => Promise.reject(fault)), 0);
    try {
      const response = await fetch(`http://127.0.0.1:${listener.port}/`);
      assertEquals([response.status, await response.text(), logged], [500, "", [fault]]);
    } finally {
      console.error = error;
      await listener.close();
    }
  });
});
