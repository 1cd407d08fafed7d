/**
 * The kind "record".
 *
 * @module
 */
import { harden } from "../../base/harden.ts";
import type { RecordDefinition, RecordFields } from "../../schema/record.ts";
import type { Arena } from "../../memory/arena.ts";
import type { Kind } from "../kind.ts";
import { ChangeableRecord } from "./changeable_record.ts";
import type { CommitFunctions } from "./commit_module.ts";
import type { RecordKernel } from "./kernel_types.ts";
import type { AnyValue } from "./record_loops.ts";
import { RecordAccumulator } from "./record_accumulator.ts";
import { makeKernel } from "./record_kernel.ts";
import type { PublisherClass } from "./published_records.ts";
import { layoutOf, recordCellParts, recordSegmentParts } from "./record_layout.ts";
import { SingleWriterLabelledRecords, SingleWriterRecords } from "./record_writer.ts";

/** Makes the kind of one record. */
export function recordKind(
  { fields }: RecordDefinition<RecordFields, string>,
): Kind<AnyValue> {
  const layout = layoutOf(fields);
  // Made at the first use: a caller who only needs `bytes` should not pay for the compiler.
  const kernel = once(() => makeKernel(layout));
  return {
    bytes: (capacity) => recordSegmentParts(layout, capacity).bytes,
    parts: (capacity) => recordCellParts(layout, capacity),
    accumulator: (shared, place) =>
      new RecordAccumulator(shared, { ...place, layout, kernel: kernel() }),
    writer: (context) => {
      const recordContext = { ...context, layout, kernel: kernel() };
      const Record = () => recordClassOf(kernel(), context.thread.arena);
      return context.index === undefined
        ? harden(kernel().writer(new SingleWriterRecords(recordContext, Record)))
        : harden(
          kernel().labelledWriter(
            new SingleWriterLabelledRecords(recordContext, Record, kernel()),
          ),
        );
    },
  };
}

/**
 * The classes of each kernel, by the functions by which they publish. All metrics with the same
 * fields in one memory share a class, so that the engine optimizes it once.
 */
const classes = new WeakMap<object, PublisherClass<ChangeableRecord>>();

function recordClassOf(kernel: RecordKernel, arena: Arena): PublisherClass<ChangeableRecord> {
  const functions = arena.instantiate(kernel.module);
  const known = classes.get(functions ?? kernel);
  if (known !== undefined) return known;
  const made = kernel.recordClass(
    ChangeableRecord,
    functions as unknown as CommitFunctions | undefined,
  );
  classes.set(functions ?? kernel, made);
  return made;
}

/** Calls `make` once, at the first call of the result. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
