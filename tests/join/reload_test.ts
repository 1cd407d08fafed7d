import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { runtime } from "../stress/scale.ts";

const RELOADS = 4;
const program = new URL("./programs/reloaded.ts", import.meta.url);
const options = {
  deno: ["run", "-A", "--no-check", "--no-lock", "--watch"],
  bun: ["--hot"],
  // A new process each time.
  node: undefined,
}[runtime];

/** What the program printed each time that it was loaded. */
async function reload(): Promise<{ active: number; slots: number; total: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), "thread-stats-"));
  const file = join(folder, "main.ts");
  // What is loaded again is this file alone; on Deno everything is new anyway.
  const change = () => writeFileSync(file, `${text}\n// ${Math.random()}\n`);
  const text = `await import(${JSON.stringify(program.href)} + "?" + Math.random());`;
  change();
  const child = spawn(process.execPath, [...options!, file], { stdio: ["ignore", "pipe", "pipe"] });
  // A change that comes before the runtime watches is not seen.
  const changing = setInterval(change, 10_000);
  const loads = [];
  let other = "";
  child.stderr.on("data", (text) => other += text);
  try {
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith("{")) {
        loads.push(JSON.parse(line));
        if (loads.length > RELOADS) break;
        change();
      } else {
        other += `${line}\n`;
      }
    }
  } finally {
    clearInterval(changing);
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
  assert(loads.length > RELOADS, `the program ended: ${other}`);
  return loads;
}

describe(
  "ThreadStats.join(), a program that is loaded again",
  { ignore: options === undefined },
  () => {
    it("loses no slot and no count", async () => {
      const loads = await reload();
      for (const [n, { active, slots, total }] of loads.entries()) {
        // Of the main thread and the present worker; and that of the last one, when it is free.
        assertEquals(active, 2, JSON.stringify(loads));
        assert(slots <= 3, JSON.stringify(loads));
        // `deno run --watch` begins anew; with `bun --hot` the memory stays.
        assertEquals(total, runtime === "bun" ? 2 * (n + 1) : 2, JSON.stringify(loads));
      }
    });
  },
);
