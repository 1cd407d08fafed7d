import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** JavaScriptCore inlines methods of up to about this many instructions of bytecode. */
const MOST_INSTRUCTIONS = 90;

/** A line of the dump with the size of one of them. */
const isHot = /^(update|commit|merge|mergeBurst)#\S+ .*?: (\d+) instructions/;

describe("the hot methods of a record with four fields", () => {
  // Other engines have no such limit, or print no sizes.
  const itOnBun = "Bun" in globalThis ? it : it.skip;
  itOnBun("are short enough for JavaScriptCore to inline them", () => {
    const program = fileURLToPath(new URL("../programs/use_record.ts", import.meta.url));
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], {
      encoding: "utf8",
      env: { ...process.env, BUN_JSC_dumpGeneratedBytecodes: "1" },
      maxBuffer: 2 ** 28,
    });
    assertEquals(status, 0, stderr);
    const lines = `${stdout}${stderr}`.split("\n");
    assert(lines.includes("9"), "the program has printed its total");
    const sizes = lines.flatMap((line) => {
      const [, name, size] = isHot.exec(line) ?? [];
      return name === undefined ? [] : [{ name, size: Number(size) }];
    });
    for (const name of ["update", "commit", "merge", "mergeBurst"]) {
      assert(sizes.some((one) => one.name === name), `${name} was found`);
    }
    const long = sizes.filter(({ size }) => size > MOST_INSTRUCTIONS);
    assertEquals(long, []);
  });
});
