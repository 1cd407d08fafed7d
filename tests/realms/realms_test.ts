import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

// Deno and Bun have no modules in contexts.
const isNode = !("Deno" in globalThis) && !("Bun" in globalThis);

describe("the library in a realm of its own, as in test runners", () => {
  it(
    "shares memory, schemas and definitions with a copy outside",
    { ignore: !isNode },
    async () => {
      const program = fileURLToPath(new URL("./programs/in_context.mjs", import.meta.url));
      const options = ["--experimental-vm-modules", "--no-warnings"];
      const output = await new Promise<string>((resolve, reject) => {
        execFile(process.execPath, [...options, program], (error, stdout, stderr) => {
          if (error) reject(new Error(`${error.message}\n${stderr}`));
          else resolve(stdout);
        });
      });
      const lines = output.trim().split("\n");
      assertEquals(lines.filter((line) => !line.endsWith(": true")), []);
      assertEquals(lines.length, 12);
    },
  );
});
