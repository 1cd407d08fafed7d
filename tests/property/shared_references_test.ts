import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import {
  counter,
  defineSchema,
  gauge,
  histogram,
  record,
  sum,
  ThreadStats,
  type ThreadStatsHandle,
} from "../../mod.ts";
import {
  D_TEXT_BYTES,
  D_TEXT_OFFSET,
  DIRECTORY,
  H_BUMP,
  H_MAX_THREADS,
  H_SLOTS_USED,
  H_STATIC_BYTES,
  L_EXTENT,
  L_UNITS,
  LINE,
  SLOT_BLOCK,
  SLOT_BYTES,
  SLOTS_OFFSET,
  T_COLUMNS,
} from "../../src/memory/layout.ts";
import { columnOf } from "../../src/metrics/metric.ts";
import { scaled } from "../stress/scale.ts";
import { withHook } from "../stress/interleaver.ts";
import { controlsOf, firstDefinition } from "../support/memory.ts";
import { damage, imageOf, memoryOf } from "./damage.ts";
import { fc } from "./fast_check.ts";
import { refusedOr } from "./refusal.ts";

const THREADS = 64;
const METRICS = 40;
/** The longest text of a label. */
const LONG = 2 ** 15;
/** As many as a metric's first four segments have. */
const BUCKETS = 64 + 128 + 256 + 512;

const names = (kind: string) => Array.from({ length: METRICS / 4 }, (_, n) => `${kind}${n}`);
const some = [1, 10, 100];
const many = Array.from({ length: 30_000 }, (_, n) => n);
const schema = defineSchema(Object.fromEntries([
  ...names("plain").map((name) => [name, record({ a: sum() })] as const),
  ...names("calls").map((name) =>
    [name, counter({ labels: ["key"], maxLabelLength: LONG })] as const
  ),
  ...names("level").map((name) => [name, gauge({ labels: ["key"] })] as const),
  ...names("took").map((name) => {
    const boundaries = name === "took0" ? many : some;
    return [name, histogram({ labels: ["key"], boundaries })] as const;
  }),
]));

/**
 * Statistics whose parts are worth being looked at twice: many threads and metrics, one of each
 * kind with much in it.
 */
function makeVictim() {
  const stats = ThreadStats.create(schema, {
    maxThreads: THREADS,
    maxByteLength: 2 ** 24,
  });
  // deno-lint-ignore no-explicit-any -- the schema's names are made
  const metrics = stats.metrics as any;
  for (let n = 0; n < BUCKETS; n++) {
    metrics.calls0.id({ key: `${n}` });
    metrics.took0.id({ key: `${n}` });
  }
  const ids = Array.from({ length: 60_000 }, () => metrics.plain0.create());
  for (let n = 0; n < THREADS; n++) {
    // deno-lint-ignore no-explicit-any -- likewise
    const writers = stats.registerThread().metrics as any;
    writers.level0.labels({ key: "x" }).set(1);
    if (n > 0) continue;
    for (const id of ids.slice(0, 8000)) writers.plain0.update(id, { a: 1 });
    for (let key = 0; key < BUCKETS; key++) {
      writers.calls0.labels({ key: `${key}` }).add();
    }
    writers.calls0.labels({ key: "y".repeat(LONG) }).add();
    writers.took0.labels({ key: "0" }).record(5);
    writers.took0.labels({ key: "0" }).record(25_000);
  }
  return stats;
}

const victim = makeVictim();
// The longest buffer: that of the handle is as long as the memory was at first.
const handle: ThreadStatsHandle = {
  ...victim.handle,
  buffer: (victim.handle.memory?.buffer ?? victim.handle.buffer) as SharedArrayBuffer,
};
const image = imageOf(handle);
const bytes = image.length * 4;

/** Index of the word at which a metric's control block starts. */
const controls = controlsOf(handle);
const controlWord = (name: string) => controls[name] / 4;
const metrics = Object.keys(schema.metrics);
const blockWord = (slot: number) => (SLOTS_OFFSET + slot * SLOT_BYTES) / 4 + SLOT_BLOCK;
/** Index of the first word of a part that a word refers to. */
const partAt = (words: Uint32Array, reference: number) => words[reference] * 2;
/** Index of the word that refers to a thread's cells of a metric. */
const columnWord = (words: Uint32Array, slot: number, name: string) =>
  partAt(words, blockWord(slot)) + T_COLUMNS + columnOf(metrics.indexOf(name));

/**
 * Where the label words of a metric's buckets are, in 32-bit words: the reference, then the life.
 */
function labelWords(words: Uint32Array, name: string): number[] {
  const places: number[] = [];
  for (let k = 0; k < 4; k++) {
    const segment = partAt(words, controlWord(name) + k);
    const capacity = 64 << k;
    const hints = capacity / 32 + Math.ceil(capacity / 1024);
    const first = segment + capacity + hints + hints % 2;
    for (let n = 0; n < capacity; n++) places.push(first + 2 * n);
  }
  return places;
}

/**
 * Looks at all that `inspect` shows, again and again, and returns how often that touched the memory
 * and how much text it gave and kept.
 */
function look(handle: ThreadStatsHandle): { touches: number; units: number } {
  let touches = 0;
  let units = 0;
  withHook(() => touches++, () => {
    const view = refusedOr(() => ThreadStats.inspect(handle));
    refusedOr(() => view?.threads());
    for (const perThread of LOOKS) {
      const made = textMade(() => refusedOr(() => view?.snapshot({ perThread })));
      units += made;
    }
  });
  return { touches, units };
}

/** How many code units of strings were made meanwhile. */
function textMade(run: () => unknown): number {
  const { fromCharCode } = String;
  let units = 0;
  String.fromCharCode = (...codes) => {
    units += codes.length;
    return fromCharCode(...codes);
  };
  try {
    run();
  } finally {
    String.fromCharCode = fromCharCode;
  }
  return units;
}

/**
 * Each look may touch each word some times, and read each text four times, and the one that it is
 * about to refuse.
 */
function assertBounded(
  { touches, units }: ReturnType<typeof look>,
  what: string,
): void {
  const most = LOOKS.length * 4 * bytes;
  assert(touches <= most, `${what}: ${touches} accesses to ${bytes} bytes`);
  assert(
    units * 2 <= most + LOOKS.length * bytes,
    `${what}: ${units} code units of ${bytes} bytes`,
  );
}

const LOOKS = [true, false];

/** What stands in the memory once more, and where. */
const SHARED: [string, (words: Uint32Array) => void][] = [
  ["buckets of all metrics", (words) => {
    const first = controlWord("plain0");
    for (const name of metrics) words.copyWithin(controlWord(name), first, first + DIRECTORY);
  }],
  ["cells of all threads", (words) => {
    for (let slot = 1; slot < THREADS; slot++) {
      words[blockWord(slot)] = words[blockWord(0)];
    }
  }],
  ["blocks of all histograms", (words) => {
    const references = partAt(words, partAt(words, columnWord(words, 0, "took0")));
    words.fill(words[references], references, references + 64);
    // What the block belongs to is one epoch, and all buckets are in that.
  }],
  ["texts of all labels", (words) => {
    const heads = labelWords(words, "calls0").map((word) => partAt(words, word));
    const long = words.findIndex((_, n) => words[n + L_UNITS] === LONG + 2 && n % 16 === 0);
    assert(long > 0);
    for (const head of heads) {
      words[head + L_UNITS] = words[long + L_UNITS];
      words[head + L_EXTENT] = words[long + L_EXTENT];
      words.copyWithin(head + 8, long + 8, long + 16);
    }
  }],
  ["heads of all labels", (words) => {
    const long = words.findIndex((_, n) => words[n + L_UNITS] === LONG + 2 && n % 16 === 0);
    for (const word of labelWords(words, "calls0")) words[word] = long / 2;
  }],
];

/** Damage of the same kind that has less to give. */
const WASTED: typeof SHARED = [
  ["cells of all metrics", (words) => {
    for (let slot = 0; slot < THREADS; slot++) {
      const reference = words[columnWord(words, slot, "level0")];
      const directory = reference * 2;
      words.fill(words[directory], directory, directory + DIRECTORY);
      const first = columnWord(words, slot, metrics[0]);
      // Metrics beyond the first columns have none in a segment of columns.
      for (let column = 0; column < Math.min(64, columnOf(METRICS)); column += columnOf(1)) {
        words[first + column] = reference;
      }
    }
  }],
  ["all slots, used though they have nothing", (words) => {
    words[H_SLOTS_USED] = THREADS;
    for (let slot = 0; slot < THREADS; slot++) words[blockWord(slot)] = 0;
    const directory = controlWord("plain0");
    for (let k = 0; k < 5; k++) {
      const segment = partAt(words, directory + k);
      words.fill(1, segment, segment + (64 << k));
    }
  }],
];

describe("ThreadStats.inspect()", () => {
  it("touches intact memory less than once for each byte", () => {
    damage(handle, image, { changes: [], attachable: true });
    const { touches, units } = look(handle);
    assert(
      touches > 10_000 && units >= LONG,
      `${touches} accesses, ${units} code units`,
    );
    assertBounded({ touches, units }, "intact memory");
  });

  for (const [what, share] of [...SHARED, ...WASTED]) {
    it(`costs no more than the memory's size when these are one and the same: ${what}`, () => {
      damage(handle, image, { changes: [], attachable: true });
      share(new Uint32Array(memoryOf(handle), 0, image.length));
      assertBounded(look(handle), what);
      if (!SHARED.some(([name]) => name === what)) return;
      const view = ThreadStats.inspect(handle);
      for (const perThread of LOOKS) {
        const error = assertThrows(
          () => view.snapshot({ perThread }),
          TypeError,
        );
        assertEquals(
          error.message,
          "Cannot read the shared memory: it must be intact, got more than one reference to a part",
        );
      }
    });
  }

  it("costs no more than the memory's size, whichever references are one and the same", () => {
    const words = new Uint32Array(memoryOf(handle), 0, image.length);
    // What looks like a reference: to a part behind the static one.
    const least = image[H_STATIC_BYTES] / 8;
    const most = image[H_BUMP] * LINE / 8;
    const references: number[] = [];
    for (const [n, word] of image.entries()) {
      if (n > SLOTS_OFFSET / 4 && word > least && word < most) {
        references.push(n);
      }
    }
    assert(references.length > 200, `${references.length}`);
    const place = fc.nat(references.length - 1);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, place, fc.nat(300)), {
          minLength: 1,
          maxLength: 40,
        }),
        (changes) => {
          damage(handle, image, { changes: [], attachable: true });
          for (const [from, to, count] of changes) {
            const shared = image[references[from]];
            for (const index of references.slice(to, to + count)) {
              words[index] = shared;
            }
          }
          assertBounded(look(handle), JSON.stringify(changes));
        },
      ),
      { numRuns: scaled(10) },
    );
  });

  it("refuses a schema that is deep, or longer than a schema may be", () => {
    const texts = [
      "[".repeat(10_000),
      '{"a":'.repeat(10_000),
      `{"a":${"[".repeat(5000)}1`,
    ];
    for (const text of texts) {
      damage(handle, image, { changes: [], attachable: true });
      const words = new Uint32Array(memoryOf(handle));
      const place = words[H_BUMP] * LINE;
      new Uint8Array(memoryOf(handle), place, text.length).set(
        new TextEncoder().encode(text),
      );
      words[H_BUMP] += Math.ceil(text.length / 128) * 2;
      const block = partAt(words, firstDefinition(handle));
      words[block + D_TEXT_OFFSET] = place - block * 4;
      words[block + D_TEXT_BYTES] = text.length;
      assert(refusedOr(() => ThreadStats.inspect(handle)) === undefined);
      assert(refusedOr(() => ThreadStats.attach(schema, handle)) === undefined);
    }
    const block = partAt(image, firstDefinition(handle));
    for (const [word, value] of [[block + D_TEXT_BYTES, 2 ** 24 + 1], [H_MAX_THREADS, 65537]]) {
      damage(handle, image, { changes: [], attachable: true });
      new Uint32Array(memoryOf(handle))[word] = value;
      assert(refusedOr(() => ThreadStats.inspect(handle)) === undefined);
    }
  });
});
