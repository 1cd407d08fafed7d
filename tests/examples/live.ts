import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

/** Asserts that a live page of a title answers at an address, with its script and a stream. */
export async function assertLive(url: string, title: string): Promise<void> {
  const page = await fetch(url);
  const html = await page.text();
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"]);
  assertStringIncludes(html, `<title>${title}`);
  for (const [, address] of html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)) {
    const file = await fetch(new URL(address, url));
    await file.body?.cancel();
    assertEquals(file.status, 200, address);
  }
  const stream = await fetch(new URL("events?w=60", url));
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: full")) text += (await reader.read()).value ?? "event: full?";
  await reader.cancel();
  assertMatch(text, /^event: full$/m);
  // Without the slash, too, as people type it.
  const further = await fetch(url.replace(/\/$/, ""));
  await further.body?.cancel();
  assertEquals([further.status, further.url], [200, url]);
}

/** What a page's overview has. */
// deno-lint-ignore no-explicit-any -- as it comes
export async function dataOf(url: string): Promise<any> {
  return await (await fetch(new URL("data?format=json", url))).json();
}
