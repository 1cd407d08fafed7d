import { assert, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import { controlOffset, logOffsets } from "../../src/memory/header.ts";
import {
  DIRECTORY,
  H_BUMP,
  H_SCHEMA_OFFSET,
  H_SLOTS_USED,
  M_LOG_END,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOTS_OFFSET,
} from "../../src/memory/layout.ts";
import { lookAround, makeVictim, memoryOf, schema } from "./damage.ts";

/** Index of the word at which a metric's control block starts. */
function controlWord(name: string): number {
  return controlOffset(4, Object.keys(schema.metrics).indexOf(name)) / 4;
}

/** Damage that once did harm, and what it did. */
const KNOWN: [string, (words: Uint32Array) => void][] = [
  ["more slots in use than there are: other memory read as slots", (words) => {
    words[H_SLOTS_USED] = 2000;
  }],
  ["a slot with cells that was never used: no thread to name", (words) => {
    words[(SLOTS_OFFSET + SLOT_BYTES) / 4] = 0;
  }],
  ["a slot in no state: an undefined one, counted as NaN", (words) => {
    words[SLOTS_OFFSET / 4] |= 7;
  }],
  ["a thread block beyond the memory", (words) => {
    words[SLOTS_OFFSET / 4 + SLOT_BLOCK] = 0x7fffffff;
  }],
  ["cells beyond the memory", (words) => {
    const block = words[SLOTS_OFFSET / 4 + SLOT_BLOCK] * 2;
    for (let metric = 0; metric < 8; metric++) words[block + metric * DIRECTORY] = 0x10000000;
  }],
  ["a histogram's block before the memory", (words) => {
    const block = words[SLOTS_OFFSET / 4 + SLOT_BLOCK] * 2;
    const latency = Object.keys(schema.metrics).indexOf("latency");
    words[words[block + latency * DIRECTORY] * 2] = 0xfffffff0;
  }],
  ["a segment of buckets beyond the memory", (words) => {
    for (const name of ["hits", "cell", "calls"]) words[controlWord(name)] = 0xffffff;
  }],
  ["an entry of the label log from the future: looked for the end for ever", (words) => {
    const { logs } = logOffsets({
      maxThreads: 4,
      labelled: Object.values(schema.metrics).map(({ labels }) => labels.length > 0),
    });
    for (const [metric, log] of logs.entries()) {
      if (log === 0) continue;
      const end = words[controlOffset(4, metric) / 4 + M_LOG_END];
      words[log / 4 + 2 * end + 1] = 1 << 20;
    }
  }],
];

/** A victim's handle after damage. */
function damagedBy(damage: (words: Uint32Array) => void) {
  const { handle } = makeVictim();
  damage(new Uint32Array(memoryOf(handle)));
  return handle;
}

describe("every read of damaged memory", () => {
  for (const [what, damage] of KNOWN) {
    it(`ends with a value or a refusal: ${what}`, () => {
      assert(lookAround(damagedBy(damage)) > 0);
    });
  }
});

describe("ThreadStats.attach()", () => {
  const refused: [string, (words: Uint32Array) => void][] = [
    ["a schema that is no JSON", (words) => words[words[H_SCHEMA_OFFSET] / 4] = 0],
    ["memory that would be given out a second time", (words) => words[H_BUMP] = 1],
  ];
  for (const [what, damage] of refused) {
    it(`refuses ${what} by a TypeError`, () => {
      const handle = damagedBy(damage);
      assertThrows(() => ThreadStats.attach(schema, handle), TypeError, "Cannot attach");
      assertThrows(() => ThreadStats.inspect(handle), TypeError, "Cannot ");
    });
  }
});
