import { counter, defineSchema, record, sum, ThreadStats } from "../../mod.ts";
import { burst, type Case, type Cases, makeDelta } from "./case.ts";

const schema = defineSchema({
  hits: counter(),
  traffic: record({ packets: sum(), bytes: sum(), errors: sum(), time: sum() }),
});

interface Shared {
  readonly handle: ReturnType<typeof share>["handle"];
  readonly id: number;
}

function share() {
  return ThreadStats.create(schema);
}

function writers(shared: unknown, thread: number) {
  const { handle, id } = shared as Shared;
  const stats = ThreadStats.attach(schema, handle);
  return { id, ...stats.registerThread(`bench-${thread}`).metrics };
}

function statsCase(
  loop: (of: ReturnType<typeof writers>) => (updates: number) => void,
): Case {
  return {
    share: (): Shared => {
      const stats = share();
      return { handle: stats.handle, id: stats.metrics.traffic.create() };
    },
    prepare: (shared, thread) => loop(writers(shared, thread)),
  };
}

const counterAdd = statsCase(({ hits }) => (updates) => {
  for (let i = 0; i < updates; i++) hits.add(1);
});

const recordUpdate = statsCase(({ traffic, id }) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i++) {
      delta.bytes = 64 + (i & 1023);
      traffic.update(id, delta);
    }
  };
});

const recordBurst = statsCase(({ traffic, id }) => {
  const delta = makeDelta();
  return (updates) => {
    for (let i = 0; i < updates; i += burst) {
      const bucket = traffic.begin(id);
      for (let j = 0; j < burst; j++) {
        delta.bytes = 64 + (j & 1023);
        bucket.merge(delta);
      }
      bucket.commit();
    }
  };
});

/** This library. */
export const cases: Cases = {
  "counter add": counterAdd,
  "record update": recordUpdate,
  "record burst of 32": recordBurst,
};
