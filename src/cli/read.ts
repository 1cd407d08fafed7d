/**
 * `thread-stats read`: what a page shows, once.
 *
 * @module
 */
import process from "node:process";
import type { Format } from "./arguments.ts";
import { type Looks, signs } from "./paint.ts";
import type { Task } from "./task.ts";
import { safe } from "./width.ts";

/** Milliseconds in which the page must have answered. */
const LIMIT_MS = 30_000;

/** What a page calls each format, and how its media type begins. */
const FORMATS: Readonly<Record<Format, readonly [name: string, type: string]>> = {
  table: ["text", "text/plain; charset"],
  json: ["json", "application/json"],
  // With the version: what an older page answers is the table.
  prometheus: ["prometheus", "text/plain; version=0.0.4"],
  openmetrics: ["openmetrics", "application/openmetrics-text"],
};

/** Prints it. Returns why it could not; `undefined`: it could. */
export async function read(command: Task, looks: Looks): Promise<string | undefined> {
  const { address, metric, search, sort, window, format, headers, ask } = command;
  const [name, type] = FORMATS[format];
  const query = new URLSearchParams({ w: String(window), format: name });
  if (metric) {
    query.set("view", "m");
    query.set("metric", metric);
  }
  if (search) query.set("q", search);
  if (sort) query.set("sort", sort);
  let body: string;
  try {
    const response = await ask(`${address}data?${query}`, {
      headers,
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    body = await response.text();
    if (!response.ok) return `it answers: ${safe(body.trim().slice(0, 200)) || response.status}`;
    if (!response.headers.get("content-type")?.startsWith(type)) {
      return "no live page answers there";
    }
  } catch {
    return "no live page answers there";
  }
  process.stdout.write(printed(body, format, looks));
  return undefined;
}

/** What is printed of an answer. What a page sends is anybody's. */
function printed(body: string, format: Format, looks: Looks): string {
  // JSON escapes control characters itself. An exposition has them in label values as they are: a
  // program must get these, and a terminal must not.
  if (format === "json") return body;
  if (format !== "table" && !process.stdout.isTTY) return body;
  const lines = body.split("\n").map(safeLine);
  return (format === "table" ? lines.map((line) => signs(line, looks)) : lines).join("\n");
}

/** A line of any length without control characters. */
function safeLine(line: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += 500) pieces.push(safe(line.slice(at, at + 500)));
  return pieces.join("");
}
