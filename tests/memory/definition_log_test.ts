import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Arena } from "../../src/memory/arena.ts";
import { DefinitionLog, writeDefinitions } from "../../src/memory/definition_log.ts";
import { directoryOffset, makeMemory } from "../../src/memory/header.ts";
import {
  D_METRICS,
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  LINE_PAIR,
  METRIC_BYTES,
} from "../../src/memory/layout.ts";
import type { MemoryHandle } from "../../src/memory/shared_memory.ts";
import { assertRefuses } from "./../metrics/observe.ts";

const MAX_METRICS = 5;

function makeHandle(maxByteLength = 2 ** 24): MemoryHandle {
  return makeMemory({ maxThreads: 1, maxMetrics: MAX_METRICS, quarantine: 0 }, maxByteLength);
}

/** The log as another thread has it. */
function makeLog(handle: MemoryHandle) {
  const arena = new Arena(handle);
  return { arena, log: new DefinitionLog(arena, directoryOffset(1), MAX_METRICS) };
}

describe("DefinitionLog", () => {
  it("read() gives what append() has added, in its order", () => {
    const handle = makeHandle();
    const { arena, log } = makeLog(handle);
    const other = makeLog(handle).log;
    assertEquals(other.read(0), undefined);
    const texts = ["{}", '{"größe":"µ"}', "x".repeat(100_000)];
    const blocks = texts.map((text, n) => {
      const block = writeDefinitions(arena, text, Array(n + 1).fill(0));
      assert(log.append(n, block));
      return block;
    });
    for (const [n, text] of texts.entries()) {
      assertEquals(other.read(n), { controls: blocks[n].controls, text });
    }
    assertEquals(other.read(texts.length), undefined);
    assertEquals(other.read(MAX_METRICS), undefined);
  });

  it("append() fails where another thread was first, and changes nothing", () => {
    const handle = makeHandle();
    const [first, second] = [makeLog(handle), makeLog(handle)];
    assert(first.log.append(0, writeDefinitions(first.arena, "first", [0])));
    const block = writeDefinitions(second.arena, "second", [0]);
    assertEquals(second.log.append(0, block), false);
    assertEquals(first.log.read(0)!.text, "first");
    assertEquals(first.log.read(1), undefined);
    assert(second.log.append(1, block));
    assertEquals(first.log.read(1)!.text, "second");
  });

  it("read() refuses a block that no definer has written", () => {
    const damage: [number, number][] = [
      [D_METRICS, 0],
      [D_METRICS, -1],
      [D_METRICS, MAX_METRICS + 1],
      [D_TEXT_BYTES, -1],
      [D_TEXT_BYTES, 2 ** 24 + 1],
      [D_TEXT_BYTES, 2 ** 23],
      [D_TEXT_OFFSET, 0],
      [D_TEXT_OFFSET, -8],
      [D_TEXT_OFFSET, 2 ** 30],
    ];
    for (const [word, value] of damage) {
      const { arena, log } = makeLog(makeHandle());
      const block = writeDefinitions(arena, "{}", [0]);
      log.append(0, block);
      arena.views().i32[block.start / 4 + word] = value;
      assertThrows(
        () => log.read(0),
        TypeError,
        "Cannot read the shared memory: it must be intact",
      );
    }
    const { arena, log } = makeLog(makeHandle());
    for (const reference of [1, 2 ** 31 - 1]) {
      arena.views().i32[directoryOffset(1) / 4] = reference;
      assertThrows(
        () => log.read(0),
        TypeError,
        "Cannot read the shared memory: it must be intact",
      );
    }
  });
});

describe("writeDefinitions()", () => {
  it("keeps what other threads write away from the control blocks", () => {
    const { arena } = makeLog(makeHandle());
    arena.borrow(64);
    const { start, controls, extras } = writeDefinitions(arena, "{}", [LINE_PAIR, 0, LINE_PAIR]);
    assertEquals([start, ...controls, ...extras].filter((at) => at % LINE_PAIR !== 0), []);
    assertEquals([controls[1] - controls[0], controls[2] - controls[1]], [
      METRIC_BYTES,
      METRIC_BYTES,
    ]);
    assertEquals(extras, [
      controls[2] + METRIC_BYTES,
      controls[2] + METRIC_BYTES + LINE_PAIR,
      controls[2] + METRIC_BYTES + LINE_PAIR,
    ]);
    assert(arena.borrow(64) >= extras[2] + LINE_PAIR + 2);
  });

  it("gives zeroed memory, whatever was there before", () => {
    const { arena } = makeLog(makeHandle());
    const noise = arena.borrow(8192);
    arena.views().i32.fill(-1, noise / 4, (noise + 8192) / 4);
    arena.giveBack(noise, 8192);
    const { controls, extras } = writeDefinitions(arena, "{}", [LINE_PAIR]);
    assert(controls[0] < noise + 8192, "the memory that was given back");
    const { i32 } = arena.views();
    for (let at = controls[0]; at < extras[0] + LINE_PAIR; at += 4) assertEquals(i32[at / 4], 0);
  });

  it("giveBack() returns all of the memory", () => {
    const { arena } = makeLog(makeHandle());
    writeDefinitions(arena, "x".repeat(1000), [0, 0]).giveBack();
    const used = arena.bytesUsed;
    for (let n = 0; n < 100; n++) writeDefinitions(arena, "x".repeat(1000), [0, 0]).giveBack();
    assertEquals(arena.bytesUsed, used);
  });

  it("refuses a text that is too long, and a full arena", () => {
    const { arena } = makeLog(makeHandle());
    assertRefuses(
      () => writeDefinitions(arena, "x".repeat(2 ** 24 + 1), [0]),
      RangeError,
      "Cannot define metrics: the schema's text must have at most 16777216 bytes, got 16777217",
    );
    const used = arena.bytesUsed;
    assertThrows(() => writeDefinitions(arena, "x".repeat(2 ** 24), [0]), RangeError, "allocate");
    assertEquals(arena.bytesUsed, used);
  });
});
