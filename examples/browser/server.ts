/**
 * A small server of the example's files, with the headers that make a page cross-origin isolated.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readUplot } from "../../src/dashboard/uplot.ts";
import { toJavaScript } from "./to_javascript.ts";

/** Without these a browser shares no memory between a page and its workers. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const root = new URL("../../", import.meta.url);
/** What is served: the library, and this folder. A path with dots in a row is none of these. */
const SERVED = /^(mod\.ts|src\/[\w/]+\.ts|examples\/browser\/\w+\.(ts|css|html))$/;
const TYPES: Record<string, string> = {
  ts: "javascript",
  js: "javascript",
  css: "css",
  html: "html",
};

/** Options of {@linkcode serve}. */
export interface ServeOptions {
  /** 0: any. */
  readonly port: number;
  /** Whether to send the headers; without them the page shows the library's error. */
  readonly isIsolated: boolean;
}

/** A server that listens. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

/** The texts of files, ready to be sent. */
const texts = new Map<string, Promise<string>>();

async function load(path: string): Promise<string> {
  // In a program of your own: the file of the installed package.
  if (path === "uplot/dist/uPlot.iife.min.js") return await readUplot();
  const text = await readFile(new URL(path, root), "utf8");
  return path.endsWith(".ts") ? toJavaScript(text) : text;
}

/** The text under a path; undefined if nothing is. */
function find(pathname: string): { text: Promise<string>; type: string } | undefined {
  const path = pathname === "/" ? "examples/browser/index.html" : pathname.slice(1);
  if (!SERVED.test(path) && path !== "uplot/dist/uPlot.iife.min.js") return undefined;
  let text = texts.get(path);
  if (text === undefined) {
    text = load(path);
    texts.set(path, text);
    // Asked again, it may be there.
    text.catch(() => texts.delete(path));
  }
  return { text, type: `text/${TYPES[path.split(".").at(-1)!]}; charset=utf-8` };
}

/** Starts it. */
export async function serve({ port, isIsolated }: ServeOptions): Promise<Server> {
  const server = createServer(async (request, response) => {
    const headers = isIsolated ? ISOLATION : {};
    const found = find((request.url ?? "/").split("?")[0]);
    try {
      if (found === undefined) throw new Error("There is nothing here");
      const text = await found.text;
      // To the scripts of workers too: each is a document of its own to the browser.
      response.writeHead(200, { ...headers, "content-type": found.type }).end(text);
    } catch (error) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" })
        .end(`${(error as Error).message}\n`);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
