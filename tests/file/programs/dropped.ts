/**
 * Lays files over memories that nobody keeps, and then uses much memory: `dropped.ts FOLDER HOW`.
 * HOW is "closed" for files that are closed again; "open" for such that are not; "refused" for
 * openings of `FOLDER/a.stats` that fail.
 *
 * @module
 */
import { unlinkSync } from "node:fs";
import process from "node:process";
import { makeFile } from "../../../src/file/opened_file.ts";
import { openStats } from "../../../src/file/mod.ts";
import { loadSystem } from "../../../src/file/system.ts";
import { schemas } from "./schemas.ts";

const [folder, how] = process.argv.slice(2);
const action = "drop memories";
const system = await loadSystem(action);
const PAGES = 64;
const FILE_BYTES = 65536;

/** A turn of the event loop, with a garbage collection where the program can have one. */
async function collect(): Promise<void> {
  const { Bun, gc } = globalThis as {
    Bun?: { gc(isSync: boolean): void };
    gc?: () => void;
  };
  Bun?.gc(true);
  gc?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
}

function memoryOf(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Lays a file over a memory that is garbage afterwards. */
async function drop(n: number): Promise<void> {
  if (how === "refused") {
    const failure = await openStats(`${folder}/a.stats`, schemas.other).catch((error) => error);
    if (!(failure instanceof TypeError)) throw failure;
    return;
  }
  const path = `${folder}/${n}`;
  const file = makeFile(action, system, path, { bytes: FILE_BYTES, mode: 0o600 });
  const buffer = memoryOf(PAGES).buffer as unknown as SharedArrayBuffer;
  // Whoever touches what is behind the file's end is ended by the system.
  if (!file.overlay(buffer, 0)) throw new Error("It was refused");
  new Uint8Array(buffer)[0] = 1;
  if (how === "closed") file.close();
  else file.closeBytes();
  unlinkSync(path);
}

// JavaScriptCore gives the first memories addresses that it uses for nothing else.
const first = Array.from({ length: 12 }, () => memoryOf(PAGES));
for (let n = 0; n < 20; n++) {
  await drop(n);
  await collect();
}
const kept: Uint8Array[] = [];
const objects: unknown[] = [];
for (let n = 0; n < 24; n++) {
  const pages = 8 * (1 + n % 8);
  kept.push(
    new Uint8Array(memoryOf(pages).buffer).fill(n),
    new Uint8Array(new SharedArrayBuffer(pages * 65536)).fill(n),
    new Uint8Array(2 ** 20).fill(n),
  );
  objects.push(Array(2 ** 17).fill({ n }));
  if (n % 4 === 0) await collect();
}
/** Whether a buffer has what was written to it, as far as pages can tell. */
function isWhole(bytes: Uint8Array, n: number): boolean {
  for (let at = 0; at < bytes.length; at += 1024) {
    if (bytes[at] !== Math.floor(n / 3)) return false;
  }
  return true;
}

const isIntact = first.length > 0 && objects.length > 0 && kept.every(isWhole);
console.log(JSON.stringify({ isIntact }));
