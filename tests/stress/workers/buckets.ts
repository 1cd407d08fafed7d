import { StaleThreadError, ThreadStats, type ThreadStatsHandle } from "../../../mod.ts";
import { serve, stopRequested } from "../../support/worker_side.ts";
import { Random } from "../../support/random.ts";
import { Progress } from "../progress.ts";
import { assertMarked, markerOf, schema } from "../schema.ts";

interface Start {
  readonly handle: ThreadStatsHandle;
  readonly progress: SharedArrayBuffer;
  readonly index: number;
  /** A word for each id: who holds it. */
  readonly holders: SharedArrayBuffer;
  /** Whether not to register. */
  readonly idle?: boolean;
}

const isRefusal = (error: unknown) =>
  error instanceof RangeError && !/allocate/.test(error.message);

serve(({ handle, progress, index, holders, idle }: Start) => {
  const stats = ThreadStats.attach(schema, handle);
  const thread = idle ? undefined : stats.registerThread();
  const words = new Progress(progress);
  const held = new Int32Array(holders);
  const random = new Random(index + 1);
  const me = index + 1;
  const text = (n: number) => `v${n}`;

  function hold(id: number): void {
    const other = Atomics.compareExchange(held, id, 0, me);
    if (other !== 0) {
      throw new Error(`Bucket ${id} was given to thread ${me} while ${other} had it`);
    }
  }
  function drop(id: number): void {
    const other = Atomics.compareExchange(held, id, me, 0);
    if (other !== me) throw new Error(`Bucket ${id} of thread ${me} was taken by ${other}`);
  }

  return {
    /**
     * Makes, updates, clears and destroys anonymous buckets, of which it never has more than
     * `most`; returns what is in those it keeps.
     */
    churn: (rounds: number, most: number) => {
      const counts = new Map<number, number>();
      const { moves } = thread!.metrics;
      for (let round = 1; round <= rounds && !stopRequested(); round++) {
        words.set(index, round);
        const ids = [...counts.keys()];
        const some = random.pick(ids);
        if (ids.length < most && random.fraction() < 0.6 || some === undefined) {
          const id = stats.metrics.moves.create();
          hold(id);
          if (stats.metrics.moves.read(id).count !== 0n) throw new Error(`Bucket ${id} is not new`);
          counts.set(id, 0);
        } else if (random.fraction() < 0.3) {
          stats.metrics.moves.clear(some);
          counts.set(some, 0);
        } else {
          drop(some);
          stats.metrics.moves.destroy(some);
          counts.delete(some);
        }
        for (const [id, count] of counts) {
          moves.update(id, { count: 1, way: me });
          counts.set(id, count + 1);
          if (round % 16 === 0) {
            const value = stats.metrics.moves.read(id);
            if (value.count !== BigInt(count + 1) || value.way !== me * (count + 1)) {
              throw new Error(`Bucket ${id} has ${value.count} updates of ${count + 1}`);
            }
          }
        }
      }
      return [...counts];
    },
    /**
     * Makes buckets until there are `count` of its own, or the arena is full; returns how many, and
     * whether it is.
     */
    grow: (count: number) => {
      const ids: number[] = [];
      let error = "";
      try {
        for (; ids.length < count; words.set(index, ids.length)) {
          const id = stats.metrics.moves.create();
          hold(id);
          ids.push(id);
          thread!.metrics.moves.update(id, { count: 1, way: me });
        }
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown;
        error = thrown.message;
      }
      return { ids, error };
    },
    /** Counts on in buckets that exist. */
    countIn: (ids: readonly number[], times: number) => {
      for (let n = 0; n < times; n++) {
        for (const id of ids) thread!.metrics.moves.update(id, { count: 1, way: me });
      }
    },
    /**
     * Interns `count` label sets in an order of its own, counts in each `times`, and returns their
     * ids in the common order.
     */
    intern: (count: number, times: number) => {
      const order = Array.from({ length: count }, (_, n) => n);
      for (let n = count - 1; n > 0; n--) {
        const other = random.below(n + 1);
        [order[n], order[other]] = [order[other], order[n]];
      }
      const ids: number[] = [];
      for (const n of order) {
        const labels = { x: text(n % 17), y: text(n) };
        // Either way in turn.
        if (n % 2 === 0) ids[n] = stats.metrics.flow.id(labels);
        const bound = thread!.metrics.flow.labels(labels);
        ids[n] ??= bound.id;
        if (ids[n] !== bound.id) throw new Error(`${n} has the ids ${ids[n]} and ${bound.id}`);
        for (let k = 0; k < times; k++) {
          bound.update({ mark: markerOf(labels.x, labels.y), count: 1 });
        }
        thread!.metrics.calls.labels({ key: text(n) }).add();
      }
      return ids;
    },
    /** Many more series than there is room for. */
    overflow: (count: number) => {
      for (let n = 0; n < count; n++) thread!.metrics.few.labels({ key: text(n) }).add();
    },
    /**
     * Binds, updates, destroys, reads by labels at random, until told to stop; every read is
     * judged.
     */
    labelRace: (keys: number, rounds = Infinity) => {
      const bound: (() => void)[] = [];
      let done = 0;
      for (; done < rounds && !stopRequested(); done++) {
        words.set(index, done);
        const x = text(random.below(keys)), y = text(random.below(2));
        const labels = { x, y }, key = x;
        try {
          switch (random.below(8)) {
            case 0:
            case 1:
            case 2: {
              const child = thread!.metrics.flow.labels(labels);
              if (bound.length > 8) bound.shift();
              bound.push(() => child.update({ mark: markerOf(x, y), count: 1 }));
              break;
            }
            case 3:
              for (const update of bound) update();
              break;
            case 4:
              stats.metrics.flow.destroy(labels);
              break;
            case 5:
              assertMarked(stats.metrics.flow.read(labels), labels);
              break;
            case 6:
              thread!.metrics.calls.labels({ key }).add(markerOf(key));
              if (stats.metrics.calls.read({ key }) % markerOf(key) !== 0) {
                throw new Error(`${key} has foreign counts`);
              }
              break;
            default:
              stats.metrics.calls.destroy({ key });
          }
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      }
      return done;
    },
    /**
     * Creates, updates and destroys `count` labelled buckets, with different labels each time, some
     * of them long.
     */
    labelChurn: (count: number) => {
      const { calls } = thread!.metrics;
      for (let n = 1; n <= count; n++) {
        const name = `thread ${index} series ${n}`;
        const labels = { key: n % 16 === 0 ? name.padEnd(n % 1000, ".") : name };
        const bound = calls.labels(labels);
        bound.add(n);
        // The bucket is this thread's alone, as nobody else uses these labels.
        if (n % 1024 === 0 && stats.metrics.calls.read(labels) !== n) {
          throw new Error(`${n} is not there`);
        }
        stats.metrics.calls.destroy(labels);
        if (n % 1024 === 0) words.set(index, n);
      }
      words.set(index, count);
    },
    /** Registers and unregisters `rounds` threads, each of which counts; returns how often. */
    registrations: (rounds: number, names: number) => {
      let made = 0;
      for (let round = 1; round <= rounds && !stopRequested(); round++) {
        const name = names === 0 ? undefined : text(random.below(names));
        const worker = stats.registerThread(name);
        hold(worker.slot);
        const before = stats.metrics.hits.perThread().find(({ slot }) =>
          slot === worker.slot
        )?.value ?? 0;
        const adds = 1 + random.below(20);
        for (let n = 0; n < adds; n++) worker.metrics.hits.add();
        const after = stats.metrics.hits.perThread().find(({ slot }) => slot === worker.slot)
          ?.value;
        if (after !== before + adds) {
          throw new Error(`Slot ${worker.slot} went from ${before} to ${after} by ${adds}`);
        }
        made += adds;
        drop(worker.slot);
        worker.unregister();
        try {
          worker.metrics.hits.add();
          throw new Error("A thread that has left could count");
        } catch (error) {
          if (!(error instanceof StaleThreadError)) throw error;
        }
        words.set(index, round);
      }
      return made;
    },
    leave: () => thread!.unregister(),
  };
});
