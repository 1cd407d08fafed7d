/**
 * The records of one metric in one thread: finds the place of each bucket's record.
 *
 * @module
 */
import { longIndex, wordIndex } from "../../memory/layout.ts";
import { capacityOf, firstId, segmentOf } from "../../memory/segments.ts";
import type { RecordPlace, RecordPublisher, RecordWriterContext } from "./record_publisher.ts";
import { recordSegmentParts } from "./record_layout.ts";

/** The class of the records, which the kernel makes. */
export type PublisherClass<Publisher extends RecordPublisher> = new (
  context: RecordWriterContext,
  place: RecordPlace,
) => Publisher;

/** The records of one (thread, metric). Owner thread only. */
export class PublishedRecords<Publisher extends RecordPublisher> {
  /** The metric and the thread. */
  readonly context: RecordWriterContext;
  /** The name of the metric, for error texts. */
  readonly metric: string;
  /** By the ids of the buckets; `undefined` before the first change. */
  readonly publishers: (Publisher | undefined)[] = [];
  readonly #publisherClass: () => PublisherClass<Publisher>;
  readonly #words: Int32Array;
  readonly #scratch: Float64Array;

  /** `publisherClass` is called at the first change: it may compile. */
  constructor(context: RecordWriterContext, publisherClass: () => PublisherClass<Publisher>) {
    this.context = context;
    this.metric = context.table.name;
    this.#publisherClass = publisherClass;
    this.#scratch = new Float64Array(context.layout.stride);
    this.#words = context.thread.arena.views().i32;
  }

  /** Whether the thread may write. */
  protected isOwner(): boolean {
    // Unordered; as `RecordPublisher.isOwner`.
    const { controlIndex, tenure } = this.context.thread;
    return this.#words[controlIndex] === tenure.control;
  }

  /** The record of a live bucket. Finds its segment, or makes it. */
  protected publisher(id: number): Publisher {
    return this.publishers[id] ??= this.#locate(id);
  }

  #locate(id: number): Publisher {
    const { thread, cells, table, layout } = this.context;
    const segment = segmentOf(id, table.shift);
    const capacity = capacityOf(segment, table.shift);
    const first = firstId(segment, table.shift);
    const start = thread.cells.ensure(thread.tenure.slot, cells, segment);
    const parts = recordSegmentParts(layout, capacity);
    const epochs = table.segment(segment)!.epochs;
    const views = thread.arena.views(start + parts.bytes);
    const offset = id - first;
    // Without holes in front, the engine keeps the array's elements in one block.
    while (this.publishers.length < id) this.publishers.push(undefined);
    const Publisher = this.#publisherClass();
    return new Publisher(this.context, {
      id,
      words: views.i32,
      doubles: views.f64,
      halves: views.u32,
      epochIndex: epochs + offset,
      slots: longIndex(start + parts.slots) + offset * 2 * layout.stride,
      version: wordIndex(start + parts.versions) + offset,
      rescue: wordIndex(start + parts.rescue),
      scratch: this.#scratch,
    });
  }
}
