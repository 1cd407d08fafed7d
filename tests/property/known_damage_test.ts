import { assert, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats } from "../../mod.ts";
import {
  D_TEXT_OFFSET,
  H_BUMP,
  H_SLOTS_USED,
  M_LOG_END,
  M_LOG_RING,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOTS_OFFSET,
  T_COLUMNS,
} from "../../src/memory/layout.ts";
import { columnOf } from "../../src/metrics/metric.ts";
import { controlsOf, firstDefinition } from "../support/memory.ts";
import { lookAround, makeVictim, memoryOf } from "./damage.ts";
import { schema } from "./schema.ts";

const names = Object.keys(schema.metrics);
const controls = controlsOf(makeVictim().handle);

/** Index of the word at which a metric's control block starts. */
function controlWord(name: string): number {
  return controls[name] / 4;
}

/** Index of the word that refers to the first thread's cells of a metric. */
function columnWord(words: Uint32Array, name: string): number {
  const block = words[SLOTS_OFFSET / 4 + SLOT_BLOCK] * 2;
  return block + T_COLUMNS + columnOf(names.indexOf(name));
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
    for (const name of names) words[columnWord(words, name)] = 0x10000000;
  }],
  ["a histogram's block before the memory", (words) => {
    words[words[columnWord(words, "latency")] * 2] = 0xfffffff0;
  }],
  ["a block of exemplars beyond the memory", (words) => {
    words[words[columnWord(words, "latency") + 1] * 2] = 0x10000000;
  }],
  ["exemplars in place of all other cells", (words) => {
    for (const name of names) {
      words[columnWord(words, name)] = words[columnWord(words, "hits") + 1];
    }
  }],
  ["all other cells in place of exemplars", (words) => {
    for (const name of names) words[columnWord(words, name) + 1] = words[columnWord(words, "cell")];
  }],
  ["a segment of buckets beyond the memory", (words) => {
    for (const name of ["hits", "cell", "requests"]) {
      words[controlWord(name)] = 0xffffff;
    }
  }],
  [
    "an entry of the label log from the future: looked for the end for ever",
    (words) => {
      for (const name of names) {
        const log = words[controlWord(name) + M_LOG_RING] * 2;
        if (log === 0) continue;
        const end = words[controlWord(name) + M_LOG_END];
        words[log + 2 * end + 1] = 1 << 20;
      }
    },
  ],
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
    [
      "a schema that is no JSON",
      (words) => {
        const block = words[firstDefinition(makeVictim().handle)] * 2;
        words[block + words[block + D_TEXT_OFFSET] / 4] = 0;
      },
    ],
    [
      "memory that would be given out a second time",
      (words) => words[H_BUMP] = 1,
    ],
  ];
  for (const [what, damage] of refused) {
    it(`refuses ${what} by a TypeError`, () => {
      const handle = damagedBy(damage);
      assertThrows(
        () => ThreadStats.attach(schema, handle),
        TypeError,
        "Cannot attach",
      );
      assertThrows(() => ThreadStats.inspect(handle), TypeError, "Cannot ");
    });
  }
});
