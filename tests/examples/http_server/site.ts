import { ThreadStats } from "../../../mod.ts";
import type { ResponseParts } from "../../../examples/http_server/messages.ts";
import type { Site } from "../../../examples/http_server/site.ts";
import { createKinds } from "../../support/kinds.ts";

/** A site that answers as the test wants. */
export function siteOf(answer: Site["answer"]): Site {
  return { stats: ThreadStats.inspect(createKinds().handle), busyWhen: [], answer };
}

/** An answer of one text. */
export function plain(text: string): ResponseParts {
  return { status: 200, headers: [], body: new TextEncoder().encode(text) };
}

/** A site that says "here" everywhere, and notes the paths that it was asked for. */
export function notingSite(): { site: Site; asked: string[] } {
  const asked: string[] = [];
  const site = siteOf(({ url }) => {
    asked.push(new URL(url).pathname);
    return Promise.resolve(plain("here\n"));
  });
  return { site, asked };
}
