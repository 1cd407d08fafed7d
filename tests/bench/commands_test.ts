import { assert, assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const root = new URL("../../", import.meta.url);
const ignore = !("Deno" in globalThis);

/** Runs `deno bench` as it is typed: without permissions, and without a terminal. */
async function bench(file: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bench", "--no-check", file],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  assertEquals(code, 0, output + decoder.decode(stderr));
  return output;
}

describe("deno bench without permissions", () => {
  it("leaves out several threads, and says in one line how to have them", { ignore }, async () => {
    const output = await bench("bench/threads_bench.ts");
    const [line, ...others] = output.split("\n").filter((line) => line.includes("Left out"));
    assertMatch(line, /^Left out: counter add, .* 2 threads .*`deno bench -A`/);
    assertEquals(others, []);
  });

  it("leaves out packages that cannot be had, and measures all others", { ignore }, async () => {
    const cache = await Deno.makeTempDir({ prefix: "thread-stats-" });
    try {
      const nowhere = "http://127.0.0.1:1/";
      const output = await bench("bench/gauge_bench.ts", {
        DENO_DIR: cache,
        NPM_CONFIG_REGISTRY: nowhere,
        npm_config_registry: nowhere,
      });
      assertEquals(output.match(/^Left out: .*$/gm), [
        "Left out: mitata, prom-client, @prometheus-io/client, @opentelemetry/sdk-metrics (npm must answer)",
      ]);
      for (const group of ["gauge set", "gauge add"]) {
        const [, rows] = output.split(`${group}, 1 thread`);
        assertMatch(
          rows,
          /^ +median.*\n {2}plain +\d.* ns\n {2}library +\d.* ns .* × plain\n\n/,
          group,
        );
      }
      assert(!output.includes("error"), output);
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  });
});
