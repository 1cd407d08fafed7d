import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { acceptsGzip, formatFor } from "../../src/prometheus/negotiate.ts";
import { type Random, withSeeds } from "../metrics/random.ts";

/** A choice of a header as a client may write it, with what means nothing added at will. */
function write(random: Random, name: string, quality: number): string {
  const space = () => random.pick(["", "", " ", "\t", "  "]);
  const cased = random.below(3) > 0 ? name : name.toUpperCase();
  const noise = random.pick(["", "", ';p="a,b;c"', ';p="\\""', ";;", ";p", ";=", ';p="\\\\"']);
  const q = random.pick(["q", "Q"]);
  const weight = quality === 1 && random.below(2) > 0 ? "" : `;${space()}${q}=${quality}`;
  return space() + cased + space() + noise + weight + space();
}

/** A random header, and the highest quality that each name has in it. */
function writeHeader(random: Random, names: readonly string[]) {
  const best = new Map<string, number>();
  const parts = Array.from({ length: random.below(8) }, () => {
    const name = random.pick(names);
    const quality = random.below(11) / 10;
    best.set(name, Math.max(best.get(name) ?? 0, quality));
    return write(random, name, quality);
  });
  return { header: parts.join(random.pick([",", ", ", ",,"])), best };
}

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

  it("weighs all that a header has, however it is written", () => {
    const [open, ...ranges] = ["application/openmetrics-text", "text/plain", "text/*", "*/*"];
    withSeeds(2000, (random) => {
      const { header, best } = writeHeader(random, [open, ...ranges, "text/html", "x"]);
      const wanted = best.get(open) ?? 0;
      const text = best.get(ranges.find((range) => best.has(range)) ?? "") ?? 0;
      const format = wanted > 0 && wanted >= text ? "openmetrics" : "text";
      assertEquals(formatFor(header), format, header);
    });
  });

  it("reads what stands within the first 16,384 characters, whatever stands beyond", () => {
    const open = "application/openmetrics-text";
    for (
      const choice of ["text/html,", ",", ";", '"', '\\"', '"\\', "x".repeat(99), `${open};q=0,`]
    ) {
      const padding = choice.repeat(2_000_000 / choice.length);
      assertEquals(formatFor(padding), "text");
      assertEquals(formatFor(`${open},${padding}`), "openmetrics", choice);
      assertEquals(acceptsGzip(padding), false);
      assertEquals(acceptsGzip(`gzip,${padding}`), true, choice);
    }
    const cut = `${"x,".repeat(8_180)}${open};q=0.5,`;
    assertEquals(formatFor(cut), "text");
    assertEquals(acceptsGzip("gzip,".repeat(400_000)), true);
    assertEquals(formatFor(`${open},`.repeat(100_000)), "openmetrics");
    // A choice that is cut is none: what it is worth may stand in the missing part.
    assertEquals(acceptsGzip(`${"x,".repeat(8_189)}gzip;q=0.5`), false);
    assertEquals(acceptsGzip(`${"x,".repeat(8_180)}gzip;q=0.5`), true);
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

  it("weighs all that a header has, however it is written", () => {
    withSeeds(2000, (random) => {
      const { header, best } = writeHeader(random, ["gzip", "x-gzip", "*", "br", "identity"]);
      const isNamed = best.has("gzip") || best.has("x-gzip");
      const quality = isNamed
        ? Math.max(best.get("gzip") ?? 0, best.get("x-gzip") ?? 0)
        : best.get("*") ?? 0;
      assertEquals(acceptsGzip(header), quality > 0, header);
    });
  });
});
