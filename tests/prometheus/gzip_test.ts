import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { gzip } from "../../src/prometheus/gzip.ts";
import { Random } from "../support/random.ts";

const CHUNK = 64 * 1024;

/** A body of chunks that do not compress, and what happened to it. */
function makeBody(count: number, onPull: (made: number) => void = () => {}) {
  const random = new Random(1);
  const seen = { made: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (seen.made === count) return controller.close();
      onPull(seen.made);
      seen.made++;
      controller.enqueue(Uint8Array.from({ length: CHUNK }, () => random.below(256)));
    },
    cancel: (reason) => void (seen.cancelled = reason),
  }, { highWaterMark: 0 });
  return { stream, seen };
}

function unzip(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<ArrayBuffer> {
  return new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const rest = (milliseconds = 50) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("gzip()", () => {
  it("compresses all of a body", async () => {
    for (const count of [0, 1, 2, 40]) {
      const { stream } = makeBody(count);
      const expected = await new Response(makeBody(count).stream).bytes();
      assertEquals(new Uint8Array(await unzip(gzip(stream))), expected);
    }
  });

  it("compresses text that gives no output for many chunks", async () => {
    let left = 5000;
    const line = new TextEncoder().encode("requests_total 1\n");
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => left-- > 0 ? controller.enqueue(line) : controller.close(),
    });
    assertEquals((await unzip(gzip(stream))).byteLength, 5000 * line.length);
  });

  it("takes no more of the body than the client reads", async () => {
    const { stream, seen } = makeBody(1000);
    const zipped = gzip(stream);
    await rest();
    assertEquals(seen.made, 0);
    const reader = zipped.getReader();
    for (let n = 0; n < 3; n++) await reader.read();
    await rest();
    assertLess(seen.made, 20);
    await reader.cancel();
  });

  it("cancels the body when the client disconnects, at any time", async () => {
    for (const reads of [0, 1, 5]) {
      const { stream, seen } = makeBody(1000);
      const reader = gzip(stream).getReader();
      for (let n = 0; n < reads; n++) await reader.read();
      await reader.cancel("gone");
      assertEquals(seen.cancelled, "gone");
      const { made } = seen;
      await rest();
      assertEquals(seen.made, made);
    }
  });

  it("fails when the body does, and then no error is left over", async () => {
    const { stream } = makeBody(1000, (made) => {
      if (made === 5) throw new RangeError("late");
    });
    await assertRejects(() => new Response(gzip(stream)).arrayBuffer(), RangeError, "late");
    await rest();
  });

  it("leaves a body alone that nobody reads", () => {
    const { stream, seen } = makeBody(1);
    gzip(stream);
    assertEquals(seen.made, 0);
    assert(!stream.locked);
  });
});
