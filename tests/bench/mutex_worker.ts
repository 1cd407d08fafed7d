import { serve } from "../support/worker_side.ts";
import { Mutex } from "../../bench/mutex.ts";

serve((memory: SharedArrayBuffer) => {
  const mutex = new Mutex(new Int32Array(memory, 0, 1));
  const cells = new Float64Array(memory, 64, 2);
  return {
    /** Adds to both cells without atomics and returns how often they did not agree. */
    add: (times: number) => {
      let torn = 0;
      for (let i = 0; i < times; i++) {
        mutex.lock();
        if (cells[0] !== cells[1]) torn++;
        cells[0] += 1;
        cells[1] += 1;
        mutex.unlock();
      }
      return torn;
    },
  };
});
