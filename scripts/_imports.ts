import { posix } from "node:path";

/** The relative imports of each file. All paths are relative to the root of the work tree. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The rooms of `src/`, each with the rooms that its files may import from. */
export type AllowedImports = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * `import` and `export ... from` at the start of a line, which is where the formatter puts them,
 * and `import()` anywhere: of a module, or of a type.
 */
const STATIC = /^(?:import|export)\b(?:[^"';=]*?\bfrom)?\s*["'](\.{1,2}\/[^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["'](\.{1,2}\/[^"']+)["']/g;

/** Whole lines of comments, as the formatter leaves them. Their examples import too. */
const COMMENT_LINE = /^\s*(?:\/\/|\/?\*).*$/gm;

/** Finds the relative imports in the text of a file, of types as well as of values. */
export function importsIn(path: string, text: string): string[] {
  const code = text.replace(COMMENT_LINE, "");
  return [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map(([, specifier]) =>
    posix.join(posix.dirname(path), specifier)
  );
}

/**
 * The room of a file: its folder below `src/`, or its own name without `.ts` when it stands in
 * `src/` itself. A file outside of `src/` has none.
 */
export function roomOf(path: string): string | undefined {
  const [folder, name] = path.split("/");
  return folder === "src" ? name.replace(/\.ts$/, "") : undefined;
}

/**
 * Reads the table of allowed imports in a page: the first one with the head `room`, `may import`.
 *
 * @throws {Error} When the page has no such table, or when a row names no room, a room twice, or
 * a room that has no row.
 */
export function allowedImports(page: string): AllowedImports {
  const [, table] = page.match(/^\| *room *\| *may import *\|\n\|[-| ]+\|\n((?:\|.*\|\n?)+)/m) ??
    [];
  if (table === undefined) {
    throw new Error(
      "Cannot read the allowed imports: a table with the head `room`, `may import` is required, got none",
    );
  }
  const allowed = new Map<string, ReadonlySet<string>>();
  for (const row of table.trim().split("\n")) {
    const [rooms, others] = row.split("|").slice(1, 3).map((cell) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name.replace(/\.ts$/, ""))
    );
    if (rooms.length === 0) {
      throw new Error(`Cannot read the allowed imports: each row must name a room, got ${row}`);
    }
    for (const room of rooms) {
      if (allowed.has(room)) {
        throw new Error(
          `Cannot read the allowed imports: one row per room is required, got two of \`${room}\``,
        );
      }
      allowed.set(room, new Set(others));
    }
  }
  for (const other of [...allowed.values()].flatMap((others) => [...others])) {
    if (!allowed.has(other)) {
      throw new Error(
        `Cannot read the allowed imports: each room must have a row, got none for \`${other}\``,
      );
    }
  }
  return allowed;
}

/** Describes each import of a file in `src/` that the table does not allow. */
export function forbiddenImports(graph: ImportGraph, allowed: AllowedImports): string[] {
  const lines: string[] = [];
  for (const [from, imports] of graph) {
    const room = roomOf(from);
    if (room === undefined) continue;
    const others = allowed.get(room);
    if (others === undefined) {
      lines.push(`${from}: the table has no room \`${room}\``);
      continue;
    }
    for (const to of imports) {
      const other = roomOf(to);
      if (other === room || (other !== undefined && others.has(other))) continue;
      lines.push(`${from}: \`${room}\` may not import ${to}`);
    }
  }
  return lines;
}

/** Describes each import of a file `_name.ts` from outside of its folder. */
export function privateImports(graph: ImportGraph): string[] {
  return [...graph].flatMap(([from, imports]) =>
    imports.filter((to) =>
      posix.basename(to).startsWith("_") && !from.startsWith(`${posix.dirname(to)}/`)
    ).map((to) => `${from}: ${to} is private to its folder`)
  );
}

/** Describes circles of imports. There is none in the graph when there is none in the result. */
export function importCircles(graph: ImportGraph): string[] {
  const lines: string[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) lines.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || finished.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return lines;
}
