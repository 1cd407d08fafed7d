import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseOptions, UsageError } from "../../../examples/http_server/options.ts";

describe("parseOptions()", () => {
  it("parseOptions() has defaults", () => {
    const { port, workers, crash } = parseOptions([]);
    assertEquals([port, crash], [8000, false]);
    assert(workers >= 1);
  });

  it("parseOptions() reads all options", () => {
    assertEquals({ ...parseOptions(["--port", "0", "--workers=256", "--crash"]) }, {
      port: 0,
      workers: 256,
      crash: true,
    });
  });

  it("parseOptions() refuses what is wrong", () => {
    const refuse = (args: string[], message: string) =>
      assertThrows(() => parseOptions(args), UsageError, message);
    for (const workers of ["0", "-1", "1.5", "x", "", "257", "1e2"]) {
      refuse(
        [`--workers=${workers}`],
        `Cannot start workers: --workers from 1 to 256 is required, got ${workers}`,
      );
    }
    refuse(["--port=65536"], "Cannot listen: --port from 0 to 65535 is required, got 65536");
    refuse(["--port"], "--port");
    refuse(["--what"], "--what");
    refuse(["what"], "what");
  });
});
