import { counter, defineSchema, gauge, histogram, max, record, sum } from "../../../mod.ts";

/** The schemas that members can be told to open a file with. */
export const schemas = {
  shop: defineSchema({
    first: counter({ help: "Counted before the rest of an update" }),
    second: counter({ help: "Counted after it" }),
    working: gauge({ help: "Processes at work" }),
    jobs: counter({ help: "Jobs by kind", labels: ["kind"] }),
    duration: histogram({ boundaries: [1, 2, 4] }),
    pair: record({ left: sum("u64"), right: sum("u64"), most: max() }, { labels: ["of"] }),
  }),
  /** `first` is another kind of metric here. */
  other: defineSchema({ first: gauge() }),
  /** Has one metric more. */
  grown: defineSchema({
    first: counter({ help: "Counted before the rest of an update" }),
    third: counter(),
  }),
};
