import { serve } from "../../support/worker_side.ts";
import { anyDamages, damage, type Damages, imageOf, lookAround, makeVictim } from "../damage.ts";
import { fc } from "../fast_check.ts";

/** What the worker is started with. */
export interface DamageStart {
  /** One word: how many runs have begun. */
  readonly progress: SharedArrayBuffer;
  /** The present run's damage, as JSON in code units; the length comes first. */
  readonly present: SharedArrayBuffer;
}

serve(({ progress, present }: DamageStart) => {
  const { handle } = makeVictim();
  const image = imageOf(handle);
  const begun = new Int32Array(progress);
  const units = new Uint16Array(present);

  function run(damages: Damages): number {
    const text = JSON.stringify(damages);
    units[0] = text.length;
    for (let n = 0; n < text.length; n++) units[n + 1] = text.charCodeAt(n);
    Atomics.add(begun, 0, 1);
    damage(handle, image, damages);
    return lookAround(handle);
  }

  return {
    /**
     * Damages the memory at random and reads it, `runs` times. Returns how many reads of a run were
     * not refused, on average.
     */
    damageAtRandom: (runs: number, seed?: number) => {
      let looks = 0;
      fc.assert(
        fc.property(anyDamages, (damages) => {
          looks += run(damages);
        }),
        { numRuns: runs, ...(seed !== undefined && { seed }) },
      );
      return looks / runs;
    },
    /**
     * The same with one bit after the other: every `stride`th of the used memory from `first` on.
     */
    flipBits: (first: number, stride: number) => {
      let runs = 0;
      for (let bit = first; bit < image.length * 32; bit += stride, runs++) {
        const word = ((bit >>> 5) + 0.5) / image.length;
        const damages: Damages = {
          changes: [{ damage: "flip", word, bit: bit & 31 }],
          attachable: false,
        };
        try {
          run(damages);
        } catch (error) {
          throw new Error(`${JSON.stringify(damages)}: ${error}`, {
            cause: error,
          });
        }
      }
      return runs;
    },
  };
});
