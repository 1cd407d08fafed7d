import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { constants, gzipSync, inflateRawSync } from "node:zlib";
import { CaptureError } from "../../examples/flows/capture/capture_error.ts";
import { formatFlows } from "../../examples/flows/output/format.ts";
import { concat, pcap, pcapng } from "../examples/flows/capture_builder.ts";
import { ethernetFrames } from "../examples/flows/frames_of_all_kinds.ts";
import { packetsOf, type ReadCapture, withFile } from "../examples/flows/packets_of.ts";
import { plainFlows } from "../examples/flows/plain_flows.ts";
import { runMain } from "../examples/flows/run_program.ts";
import { fc } from "./fast_check.ts";

/** The header that `gzipSync` writes has 10 bytes, and the CRC and the length at the end have 8. */
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;

const packets = Array.from({ length: 8 }, (_, seed) => ethernetFrames(seed))
  .flat()
  .map((frame, i) => ({
    frame,
    time: 1_795_352_012_000_000n + BigInt(i) * 999n,
  }));
const nano = packets.map((packet) => ({
  ...packet,
  time: packet.time * 1000n,
}));
const captures = [
  pcap(packets),
  pcap(nano, { littleEndian: false, nanoseconds: true }),
  pcapng(packets, { littleEndian: false }),
  concat(pcapng(packets), pcapng(nano, { interfaces: [{ resolution: 9 }] })),
];

/** A capture, and a place in it. */
const place = fc.tuple(fc.constantFrom(...captures), fc.nat(2 ** 31 - 1)).map((
  [capture, number],
) => ({ capture, at: number % capture.length }));

/** The packets that are read of a file, and that what is wrong is told as it must be. */
async function read(content: Uint8Array): Promise<ReadCapture> {
  const result = await packetsOf(content);
  assertEquals(result.counted, result.packets.length);
  for (
    const error of [
      ...result.undecoded,
      ...result.error === undefined ? [] : [result.error],
    ]
  ) {
    assertInstanceOf(error, CaptureError);
    assert(
      Number.isSafeInteger(error.offset) && error.offset >= 0,
      `${error.offset}`,
    );
    assertMatch(error.message, new RegExp(`byte ${error.offset}\\b`));
  }
  return result;
}

/** Holds that the first packets of one capture are the packets of another. */
function assertBegins({ packets }: ReadCapture, before: ReadCapture): void {
  assertEquals(packets.slice(0, before.packets.length), before.packets);
}

/** The content of the first bytes of a file that `gzipSync` made. */
function contentOf(gzipped: Uint8Array, length: number): Uint8Array {
  const end = Math.min(length, gzipped.length - GZIP_TRAILER_BYTES);
  const data = gzipped.subarray(
    GZIP_HEADER_BYTES,
    Math.max(end, GZIP_HEADER_BYTES),
  );
  return Uint8Array.from(
    inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }),
  );
}

function flip(content: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = Uint8Array.from(content);
  changed[at] ^= mask;
  return changed;
}

describe("captures that are damaged", () => {
  it("slices() of a capture cut anywhere are all records before the cut", async () => {
    await fc.assert(fc.asyncProperty(place, async ({ capture, at }) => {
      const cut = await read(capture.subarray(0, at));
      const whole = await read(capture);
      assertBegins(whole, cut);
      if (cut.error === undefined) return;
      // No record ends between the one that is named and the cut.
      const { offset } = cut.error as CaptureError;
      assert(offset <= at);
      const upTo = await read(capture.subarray(0, offset));
      assertEquals(upTo.packets, cut.packets);
      if (offset > 0) assertEquals(upTo.error, undefined);
    }));
  });

  it("slices() of a capture with a changed bit end, with all records before it", async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.nat(7), async ({ capture, at }, bit) => {
        const before = await read(capture.subarray(0, at));
        assertBegins(await read(flip(capture, at, 1 << bit)), before);
      }),
    );
  });

  it("slices() of a capture overwritten with anything end, with all records before it", async () => {
    const anything = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(place, anything, async ({ capture, at }, bytes) => {
        const before = await read(capture.subarray(0, at));
        const after = capture.subarray(at + bytes.length);
        assertBegins(
          await read(concat(capture.subarray(0, at), bytes, after)),
          before,
        );
        assertBegins(
          await read(concat(capture.subarray(0, at), bytes)),
          before,
        );
      }),
    );
  });

  it("slices() of a gzip file cut anywhere are all records before the cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.nat(2 ** 31 - 1),
        async ({ capture }, number) => {
          const gzipped = gzipSync(capture);
          // A shorter one does not show what it is.
          const length = 2 + number % (gzipped.length - 2);
          const cut = await read(gzipped.subarray(0, length));
          const content = contentOf(gzipped, length);
          assertEquals(
            (cut.error as CaptureError).name,
            "TruncatedCaptureError",
          );
          assertEquals((cut.error as CaptureError).offset, content.length);
          assertMatch(
            (cut.error as CaptureError).message,
            new RegExp(`file at byte ${length},`),
          );
          assertEquals(cut.packets, (await read(content)).packets);
        },
      ),
    );
  });

  it("slices() of a gzip file with a changed bit end, with all before it, and never changed without an error", async () => {
    await fc.assert(
      fc.asyncProperty(
        place,
        fc.nat(2 ** 31 - 1),
        fc.nat(7),
        async ({ capture }, number, bit) => {
          const gzipped = gzipSync(capture);
          const at = number % gzipped.length;
          const changed = await read(flip(gzipped, at, 1 << bit));
          // Behind a changed header, everything may be something else.
          if (at >= GZIP_HEADER_BYTES) {
            assertBegins(changed, await read(contentOf(gzipped, at)));
          }
          if (changed.error === undefined) {
            assertEquals(changed.packets, (await read(capture)).packets);
          }
        },
      ),
    );
  });

  it("slices() of gzip members, zeros and anything after them are all before the last", async () => {
    const parts = fc.array(
      fc.oneof(
        fc.constant("member"),
        fc.nat(1000).map((zeros) => new Uint8Array(zeros)),
      ),
      { maxLength: 6 },
    );
    const tail = fc.oneof(
      fc.constant(new Uint8Array(0)),
      fc.uint8Array({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        place,
        parts,
        tail,
        async ({ capture, at }, parts, tail) => {
          // The capture is spread over all members.
          const step = Math.ceil(capture.length / (1 + parts.length));
          let from = step;
          const between = parts.map((part) =>
            part === "member" ? gzipSync(capture.subarray(from, from += step)) : part
          );
          const head = gzipSync(capture.subarray(0, step));
          const last = gzipSync(capture.subarray(from));
          const whole = await read(
            concat(head, ...between as Uint8Array[], last, new Uint8Array(at)),
          );
          assertEquals(whole.error, undefined);
          assertEquals(whole.packets, (await read(capture)).packets);
          if (
            tail.every((byte) => byte === 0)
          ) return;
          const damaged = await read(
            concat(head, ...between as Uint8Array[], last, tail),
          );
          assert(damaged.error !== undefined);
          assertBegins(damaged, whole);
        },
      ),
    );
  });

  it("main.ts ends with status 1, the offset and the table of what is before the damage", async () => {
    const isGzipped = fc.boolean();
    await fc.assert(
      fc.asyncProperty(
        place,
        isGzipped,
        fc.nat(2 ** 31 - 1),
        async ({ capture, at }, gz, number) => {
          const gzipped = gzipSync(capture);
          const length = 2 + number % (gzipped.length - 2);
          const content = gz ? gzipped.subarray(0, length) : capture.subarray(0, at);
          const expected = await read(
            gz ? contentOf(gzipped, length) : content,
          );
          const { status, stdout, stderr } = await withFile(
            content,
            (path) => runMain(path, "--format", "tsv", "--workers", "2"),
          );
          assertEquals(
            stdout,
            [...formatFlows("tsv", plainFlows(expected.packets))].join("\n") +
              "\n",
          );
          const isWhole = !gz && expected.error === undefined;
          assertEquals(status, isWhole ? 0 : 1, stderr);
          if (!isWhole) {
            assertMatch(
              stderr,
              /^flows: .*CaptureError: Cannot .* byte \d+/m,
            );
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
