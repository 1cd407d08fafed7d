import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { parseOptions, UsageError } from "../../../examples/flows/options.ts";

describe("parseOptions()", () => {
  it("parseOptions() has defaults", () => {
    const options = parseOptions(["a.pcap"]);
    assertEquals({ ...options, workers: 0 }, {
      file: "a.pcap",
      workers: 0,
      format: "table",
      serve: undefined,
    });
    assert(options.workers >= 1);
  });

  it("parseOptions() reads all options", () => {
    assertEquals(parseOptions(["--workers", "4", "--format=tsv", "a.pcap", "--serve", "0"]), {
      file: "a.pcap",
      workers: 4,
      format: "tsv",
      serve: 0,
    });
  });

  it("parseOptions() refuses what is wrong", () => {
    const refuse = (args: string[], message: string) =>
      assertThrows(() => parseOptions(args), UsageError, message);
    refuse([], "exactly one FILE is required, got 0");
    refuse(["a", "b"], "got 2");
    refuse(["a", "--format", "xml"], "--format table|tsv|json is required, got xml");
    for (const workers of ["0", "-1", "1.5", "x", "", "257", "1e2"]) {
      refuse(
        ["a", `--workers=${workers}`],
        `Cannot start workers: --workers from 1 to 256 is required, got ${workers}`,
      );
    }
    refuse(["a", "--serve", "65536"], "--serve from 0 to 65535 is required, got 65536");
    refuse(["a", "--unknown"], "--unknown");
    refuse(["a", "--workers"], "--workers");
  });
});
