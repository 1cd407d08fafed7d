import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { acceptsGzip, formatFor } from "../../src/prometheus/negotiate.ts";

describe("formatFor()", () => {
  it("gives OpenMetrics to those who would rather have it, and text to all others", () => {
    const cases: [accept: string | null, format: string][] = [
      [null, "text"],
      ["", "text"],
      ["*/*", "text"],
      ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
      ["text/plain;version=0.0.4", "text"],
      ["application/openmetrics-text", "openmetrics"],
      ["Application/OpenMetrics-Text; Version=1.0.0; Charset=UTF-8", "openmetrics"],
      ['application/openmetrics-text;version="1.0.0"', "openmetrics"],
      // We have 1.0.0 alone.
      ["application/openmetrics-text;version=0.0.1", "text"],
      [
        "application/openmetrics-text;version=1.0.0;q=0,application/openmetrics-text;version=0.0.1",
        "text",
      ],
      // A range says how much is wanted of what nothing narrower names.
      ["application/openmetrics-text;q=0.1,*/*;q=0.9", "text"],
      ["application/openmetrics-text;q=0.1,text/*;q=0.9", "text"],
      ["application/openmetrics-text;q=0.5,text/plain;q=0.1,*/*;q=0.9", "openmetrics"],
      [
        "text/plain;version=1.0.0;q=0.9,application/openmetrics-text;q=0.8,text/plain;q=0.1",
        "openmetrics",
      ],
      ['text/html;p="\\",application/openmetrics-text;q=1,"', "text"],
      ['text/html;p=",', "text"],
      [",;,", "text"],
      ["application/openmetrics-text;version=2.0.0,text/plain;q=0.1", "text"],
      ["application/openmetrics-text;q=0,*/*", "text"],
      ["application/openmetrics-text;q=nonsense", "text"],
      ["application/openmetrics-text;q=0.5,text/plain;q=0.6", "text"],
      ["application/openmetrics-text;q=0.5,text/plain;q=0.5", "openmetrics"],
      // What Prometheus 2.42 and 3.0 send.
      [
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "openmetrics",
      ],
      [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        "openmetrics",
      ],
    ];
    for (const [accept, format] of cases) assertEquals(formatFor(accept), format, `${accept}`);
  });
});

describe("acceptsGzip()", () => {
  it("is what the client says", () => {
    const cases: [acceptEncoding: string | null, isAccepted: boolean][] = [
      [null, false],
      ["", false],
      ["identity", false],
      ["gzip", true],
      ["br, GZIP;q=0.1", true],
      ["x-gzip", true],
      ["gzip;q=0", false],
      ["*", true],
      ["gzip;q=0, *", false],
      ["*;q=0", false],
    ];
    for (const [header, isAccepted] of cases) {
      assertEquals(acceptsGzip(header), isAccepted, `${header}`);
    }
  });
});
