/**
 * The kind "record".
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import type { RecordDefinition, RecordFields } from "../../schema/record.ts";
import type { Kind } from "../kind.ts";
import type { AnyValue, RecordKernel } from "./kernel_types.ts";
import { RecordAccumulator } from "./record_accumulator.ts";
import { makeKernel } from "./record_kernel.ts";
import { layoutOf, recordSegmentParts } from "./record_layout.ts";
import { SingleWriterLabelledRecords, SingleWriterRecords } from "./record_writer.ts";

/** Makes the kind of one record. */
export function recordKind(
  { fields }: RecordDefinition<RecordFields, string>,
): Kind<AnyValue> {
  const layout = layoutOf(fields);
  // Made at the first use: a caller who only needs `bytes` should not pay for the compiler.
  const kernel = once(() => makeKernel(layout));
  return {
    hasImplicitBucket: false,
    bytes: (capacity) => recordSegmentParts(layout, capacity).bytes,
    accumulator: (shared, place) =>
      new RecordAccumulator(shared, { ...place, layout, kernel: kernel() }),
    writer: (context) => {
      const recordContext = { ...context, layout, kernel: kernel() };
      const { Records, LabelledRecords } = classesOf(kernel());
      return context.index === undefined
        ? harden(kernel().writer(new Records(recordContext)))
        : harden(kernel().labelledWriter(new LabelledRecords(recordContext)));
    },
  };
}

/**
 * The classes of each kernel. All metrics with the same fields share them, so that the engine
 * optimizes them once.
 */
const classes = new WeakMap<RecordKernel, ReturnType<typeof makeClasses>>();

function classesOf(kernel: RecordKernel): ReturnType<typeof makeClasses> {
  const made = classes.get(kernel) ?? makeClasses(kernel);
  classes.set(kernel, made);
  return made;
}

function makeClasses(kernel: RecordKernel) {
  return {
    Records: kernel.withChanges(SingleWriterRecords),
    LabelledRecords: kernel.withChanges(SingleWriterLabelledRecords),
  };
}

/** Calls `make` once, at the first call of the result. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
