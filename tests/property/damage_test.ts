import { assert } from "@std/assert";
import process from "node:process";
import { describe, it } from "@std/testing/bdd";
import { ThreadStats, type ThreadStatsHandle } from "../../mod.ts";
import { LAYOUT_VERSION } from "../../src/memory/layout.ts";
import { scaled } from "../stress/scale.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";
import { damage, imageOf, lookAround, makeVictim, memoryOf, schema } from "./damage.ts";
import { fc } from "./fast_check.ts";
import { refusalOf } from "./refusal.ts";

/** So long without any progress, and a read hangs; as no read takes milliseconds, this is no matter of speed. */
const HANG_SECONDS = 60;

/** Calls the worker that reads damaged memory; a hang kills it and names the damage. */
async function guarded<Result>(
  call: (worker: StartedWorker) => Promise<Result>,
): Promise<Result> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const present = new Uint16Array(new SharedArrayBuffer(2 ** 16));
  await using worker = await startWorker(
    new URL("./workers/damage.ts", import.meta.url),
    {
      progress: progress.buffer,
      present: present.buffer,
    },
  );
  let last = -1, since = performance.now();
  const hang = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    const now = Atomics.load(progress, 0);
    if (now !== last) since = performance.now();
    last = now;
    if (performance.now() - since < HANG_SECONDS * 1000) return;
    const text = String.fromCharCode(...present.slice(1, 1 + present[0]));
    hang.reject(new Error(`A read hangs after ${text}`));
  }, 1000);
  try {
    return await Promise.race([call(worker), hang.promise]);
  } finally {
    clearInterval(timer);
  }
}

const WHOLE = { changes: [], attachable: true };
const { handle } = makeVictim();
const image = imageOf(handle);

describe("ThreadStats.attach(), inspect()", () => {
  it("see all of memory that is whole", () => {
    damage(handle, image, WHOLE);
    const looks = lookAround(handle);
    assert(looks > 200, `${looks}`);
  });

  it("refuse handles that are none", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withBigInt: true }),
        (other) => {
          for (
            const handle of [other, {
              threadStats: LAYOUT_VERSION,
              buffer: other,
            }, {
              threadStats: other,
            }]
          ) {
            for (
              const use of [
                () => ThreadStats.attach(schema, handle as ThreadStatsHandle),
                () => ThreadStats.inspect(handle as ThreadStatsHandle),
              ]
            ) assertRefused(use);
          }
        },
      ),
    );
  });

  it("refuse memory that is not ours", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      const buffer = new SharedArrayBuffer(bytes.length);
      new Uint8Array(buffer).set(bytes);
      assertRefused(() => ThreadStats.inspect({ threadStats: LAYOUT_VERSION, buffer }));
      assertRefused(() => ThreadStats.attach(schema, { threadStats: LAYOUT_VERSION, buffer }));
    }));
  });

  it("refuse memory that was cut short anywhere", () => {
    damage(handle, image, WHOLE);
    fc.assert(fc.property(fc.nat(image.length * 4 - 1), (length) => {
      const buffer = memoryOf(handle).slice(0, length);
      assertRefused(() => ThreadStats.attach(schema, { threadStats: LAYOUT_VERSION, buffer }));
    }));
  });

  it("refuse seats that are none", () => {
    damage(handle, image, WHOLE);
    fc.assert(fc.property(fc.anything(), (seat) => {
      if (seat === undefined) return;
      assertRefused(() => ThreadStats.attach(schema, { ...handle, seat: seat as never }));
    }));
  });
});

describe("every read of damaged memory", () => {
  it("ends with a value or a refusal, wherever one bit is wrong", async () => {
    const stride = Math.max(1, Math.round(image.length * 32 / scaled(150)));
    const first = Math.floor(Math.random() * stride);
    console.log(`  every ${stride}th bit from ${first} on`);
    await guarded((worker) => worker.call("flipBits", first, stride));
  });

  it("ends with a value or a refusal, whatever the damage", async () => {
    const { FAST_CHECK_SEED } = process.env;
    const seed = FAST_CHECK_SEED === undefined ? undefined : Number(FAST_CHECK_SEED);
    const looks = await guarded((worker) =>
      worker.call<number>("damageAtRandom", scaled(150), seed)
    );
    // Most damage is such that there is something to see.
    assert(looks > 100, `${looks}`);
  });
});

/** Fails unless it is refused by a `TypeError`. */
function assertRefused(use: () => unknown): void {
  const refusal = refusalOf(use);
  assert(
    refusal instanceof TypeError &&
      /^Cannot (attach|inspect)/.test(refusal.message),
  );
}
