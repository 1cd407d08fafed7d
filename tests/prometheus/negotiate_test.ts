import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { acceptsGzip, formatFor } from "../../src/prometheus/negotiate.ts";
import { type Random, withSeeds } from "../support/random.ts";

/** A choice of a header as a client may write it, with random insignificant parts. */
function write(random: Random, name: string, quality: number): string {
  const space = () => random.pick(["", "", " ", "\t", "  "]);
  const cased = random.below(3) > 0 ? name : name.toUpperCase();
  const noise = random.pick(["", "", ';p="a,b;c"', ';p="\\""', ";;", ";p", ";=", ';p="\\\\"']);
  const q = random.pick(["q", "Q"]);
  const weight = quality === 1 && random.below(2) > 0 ? "" : `;${space()}${q}=${quality}`;
  return space() + cased + space() + noise + weight + space();
}

/** A random header, and the highest quality of each name in it. */
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
  it("is OpenMetrics for clients that prefer it, and text for all others", () => {
    const cases: [accept: string | null, format: string][] = [
      [null, "text"],
      ["", "text"],
      ["*/*", "text"],
      ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
      ["text/plain;version=0.0.4", "text"],
      ["application/openmetrics-text", "openmetrics"],
      ["Application/OpenMetrics-Text; Version=1.0.0; Charset=UTF-8", "openmetrics"],
      ['application/openmetrics-text;version="1.0.0"', "openmetrics"],
      // The only version is 1.0.0.
      ["application/openmetrics-text;version=0.0.1", "text"],
      [
        "application/openmetrics-text;version=1.0.0;q=0,application/openmetrics-text;version=0.0.1",
        "text",
      ],
      // A range applies to types that no more specific choice names.
      ["application/openmetrics-text;q=0.1,*/*;q=0.9", "text"],
      ["application/openmetrics-text;q=0.1,text/*;q=0.9", "text"],
      ["application/openmetrics-text;q=0.5,text/plain;q=0.1,*/*;q=0.9", "openmetrics"],
      [
        "text/plain;version=1.0.0;q=0.9,application/openmetrics-text;q=0.8,text/plain;q=0.1",
        "text",
      ],
      [
        "text/plain;version=2.0.0;q=0.9,application/openmetrics-text;q=0.8,text/plain;q=0.1",
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
      // The headers of Prometheus 2.42 and 3.0.
      [
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        "openmetrics",
      ],
      [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        "openmetrics",
      ],
    ];
    for (const [accept, format] of cases) {
      assertEquals(formatFor(accept).format, format, `${accept}`);
    }
  });

  it("has the version and the escaping scheme of the choice that it takes", () => {
    const open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    const text = "text/plain; version=0.0.4; charset=utf-8";
    const text1 = "text/plain; version=1.0.0; charset=utf-8";
    const cases: [accept: string | null, contentType: string, escaping: string][] = [
      [null, text, "underscores"],
      ["*/*", text, "underscores"],
      ["application/openmetrics-text", open, "underscores"],
      ["text/plain;version=1.0.0", `${text1}; escaping=underscores`, "underscores"],
      ["text/plain; escaping=dots", `${text}; escaping=dots`, "dots"],
      ["text/*;escaping=values", `${text}; escaping=values`, "values"],
      ['*/*;ESCAPING="Allow-UTF-8"', `${text}; escaping=allow-utf-8`, "allow-utf-8"],
      // As one page of the documentation spells it.
      [
        "application/openmetrics-text;escaping=allow-utf8",
        `${open}; escaping=allow-utf-8`,
        "allow-utf-8",
      ],
      // Unknown schemes mean the default.
      ["text/plain;escaping=none", `${text}; escaping=underscores`, "underscores"],
      ["text/plain;escaping", `${text}; escaping=underscores`, "underscores"],
      ["text/plain;escaping=toString", `${text}; escaping=underscores`, "underscores"],
      // That of another choice does not count, nor one of quality 0.
      [
        "application/openmetrics-text;escaping=dots;q=0.1,text/plain;q=0.9",
        ...[text, "underscores"] as const,
      ],
      ["text/plain;version=0.0.4;escaping=dots;q=0", text, "underscores"],
      [
        "text/plain;version=0.0.4;escaping=dots;q=0.1,text/plain;version=1.0.0;escaping=values;q=0.2",
        ...[`${text1}; escaping=values`, "values"] as const,
      ],
      [
        "text/plain;version=0.0.4;escaping=dots;q=0.3,text/plain;version=1.0.0;escaping=values;q=0.2",
        ...[`${text}; escaping=dots`, "dots"] as const,
      ],
      // Of several equal ones the first.
      ["text/plain;escaping=dots,text/plain;escaping=values", `${text}; escaping=dots`, "dots"],
      // Prometheus 3 with its defaults, and for each format alone.
      [
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        ...[`${open}; escaping=allow-utf-8`, "allow-utf-8"] as const,
      ],
      [
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.2,*/*;q=0.1",
        ...[`${text1}; escaping=allow-utf-8`, "allow-utf-8"] as const,
      ],
      ["text/plain;version=0.0.4;q=0.2,*/*;q=0.1", text, "underscores"],
    ];
    for (const [accept, contentType, escaping] of cases) {
      const answer = formatFor(accept);
      assertEquals([answer.contentType, answer.escaping], [contentType, escaping], `${accept}`);
      assertEquals(answer.format, contentType.startsWith("text/") ? "text" : "openmetrics");
    }
  });

  it("considers all choices of a header, however they are written", () => {
    const [open, ...ranges] = ["application/openmetrics-text", "text/plain", "text/*", "*/*"];
    withSeeds(2000, (random) => {
      const { header, best } = writeHeader(random, [open, ...ranges, "text/html", "x"]);
      const wanted = best.get(open) ?? 0;
      const text = best.get(ranges.find((range) => best.has(range)) ?? "") ?? 0;
      const format = wanted > 0 && wanted >= text ? "openmetrics" : "text";
      assertEquals(formatFor(header).format, format, header);
    });
  });

  it("parses only the first 16,384 characters", () => {
    const open = "application/openmetrics-text";
    for (
      const choice of ["text/html,", ",", ";", '"', '\\"', '"\\', "x".repeat(99), `${open};q=0,`]
    ) {
      const padding = choice.repeat(2_000_000 / choice.length);
      assertEquals(formatFor(padding).format, "text");
      assertEquals(formatFor(`${open},${padding}`).format, "openmetrics", choice);
      assertEquals(acceptsGzip(padding), false);
      assertEquals(acceptsGzip(`gzip,${padding}`), true, choice);
    }
    const cut = `${"x,".repeat(8_180)}${open};q=0.5,`;
    assertEquals(formatFor(cut).format, "text");
    assertEquals(acceptsGzip("gzip,".repeat(400_000)), true);
    assertEquals(formatFor(`${open},`.repeat(100_000)).format, "openmetrics");
    // A choice that is cut off does not count: its quality may be in the missing part.
    assertEquals(acceptsGzip(`${"x,".repeat(8_189)}gzip;q=0.5`), false);
    assertEquals(acceptsGzip(`${"x,".repeat(8_180)}gzip;q=0.5`), true);
  });
});

describe("acceptsGzip()", () => {
  it("is true if the client accepts gzip", () => {
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

  it("considers all choices of a header, however they are written", () => {
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
