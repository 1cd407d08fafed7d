import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Sketch } from "../../src/prom_client/sketch.ts";
import { Random } from "../support/random.ts";

const QS = [0, 0.01, 0.25, 0.5, 0.9, 0.999, 1];

describe("Sketch", () => {
  it("quantiles() interpolates between the middles of equal values", () => {
    const sketch = new Sketch();
    for (const value of [100, 100, 100, 50, 50]) sketch.add(value);
    assertEquals(sketch.quantiles([0.01, 0.5, 0.9]), [50, 80, 100]);
  });

  it("quantiles() is 0 without values", () => {
    assertEquals(new Sketch().quantiles([0, 0.5, 1]), [0, 0, 0]);
  });

  it("quantiles() of any sample are within 2 % of the value at that rank", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const sign = seed % 3 === 0 ? -1 : 1;
      const values = Array.from(
        { length: 1 + random.below(5000) },
        () => sign * 10 ** (random.fraction() * 12 - 5),
      );
      const sketch = new Sketch();
      for (const value of values) sketch.add(value);
      values.sort((a, b) => a - b);
      for (const [n, found] of sketch.quantiles(QS).entries()) {
        const at = QS[n] * values.length - 0.5;
        const below = values[Math.max(0, Math.floor(at) - 1)];
        const above = values[Math.min(values.length - 1, Math.ceil(at) + 1)];
        const slack = 0.02 * Math.max(Math.abs(below), Math.abs(above));
        assert(
          found >= below - slack && found <= above + slack,
          `seed ${seed}: the ${QS[n]} quantile ${found} is not from ${below} to ${above}`,
        );
      }
    }
  });

  it("merge() gives what one sketch of all values gives", () => {
    const [one, other, all] = [new Sketch(), new Sketch(), new Sketch()];
    for (let n = 0; n < 100; n++) {
      (n % 3 === 0 ? one : other).add(n);
      all.add(n);
    }
    one.merge(other);
    assertEquals(one.quantiles(QS), all.quantiles(QS));
    assertEquals(one.count, 100);
  });
});
