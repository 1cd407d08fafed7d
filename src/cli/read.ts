/**
 * `thread-stats read`: what a page shows, once.
 *
 * @module
 */
import process from "node:process";
import type { Command } from "./arguments.ts";
import { type Looks, signs } from "./paint.ts";
import { safe } from "./width.ts";

/** Milliseconds in which the page must have answered. */
const LIMIT_MS = 30_000;

/** Prints it. Returns why it could not; `undefined`: it could. */
export async function read(command: Command, looks: Looks): Promise<string | undefined> {
  const { address, metric, search, sort, window, format, headers } = command;
  const query = new URLSearchParams({
    w: String(window),
    format: format === "json" ? "json" : "text",
  });
  if (metric) {
    query.set("view", "m");
    query.set("metric", metric);
  }
  if (search) query.set("q", search);
  if (sort) query.set("sort", sort);
  let body: string;
  try {
    const response = await fetch(`${address}data?${query}`, {
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    body = await response.text();
    if (!response.ok) return `it answers: ${safe(body.trim().slice(0, 200)) || response.status}`;
    const type = format === "json" ? "application/json" : "text/plain";
    if (!response.headers.get("content-type")?.startsWith(type)) {
      return "no live page answers there";
    }
  } catch {
    return "no live page answers there";
  }
  // Each line by itself: what a page sends is anybody's.
  const text = format === "json"
    ? body
    : body.split("\n").map((one) => signs(safeLine(one), looks)).join("\n");
  process.stdout.write(text);
  return undefined;
}

/** A line of any length without control characters. */
function safeLine(line: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += 500) pieces.push(safe(line.slice(at, at + 500)));
  return pieces.join("");
}
