/**
 * Where everything stands in the shared memory. All offsets are here and nowhere else.
 *
 * ```text
 * byte 0     header         magic, layout version, sizes, time, where the schema's text is (written once)
 *      128   bump           first free 64-byte line                                       (CAS by whoever allocates)
 *      256   tallies        thread slots used so far; retries, refusals, overflowed updates (slow paths)
 *      384   free blocks    24 tagged heads of recycled blocks, 8 bytes each
 *      640   thread slots   maxThreads x 256: control word | the name
 *      ...   metrics        one a metric, x 256: bucket directory | log end
 *      ...   label logs     one a labelled metric: 1024 entries of 8 bytes
 *      ...   schema         its description as JSON in UTF-8
 *      ...   (staticBytes)  from here on by bump allocation:
 *
 * bucket segment   epochs i32[n] | used i32[n/32] | full i32[n/1024] | label words u64[n]   any thread
 * thread block     directories i32[metrics x 24] | first segments of single-bucket metrics  owner thread
 * counter segment  cells f64[n] | tags i32[n]                                               owner thread
 * gauge segment    values f64[n] | tags i32[n] | tenures i32[n]                             owner thread
 * histogram segm.  references of blocks i32[n]; a block: head, bins f64                     owner thread
 * record segment   rescue slot | versions i32[n] | slots f64[n x 2 x (fields + 1)]          owner thread
 * label block      header i32[8] | lengths i32[labels] | UTF-16 code units                  its creator
 * ```
 *
 * References to blocks are byte offsets divided by 8. Indices of 32-bit words stay below 2^31, so the memory below 8 GiB.
 *
 * @module
 */

/** "TSST", the first word. */
export const MAGIC = 0x54535354;
/** Raised whenever a change to this file makes old memory unreadable. */
export const LAYOUT_VERSION = 1;

/** Allocation unit in bytes: a cache line. */
export const LINE = 64;
/**
 * Memory that different threads write stands at least this far apart: Intel's prefetcher pulls lines
 * in aligned pairs (crossbeam's `CachePadded` cites the Intel optimization manual, folly uses the same).
 */
export const LINE_PAIR = 128;

// Header: word indices.
export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_STATIC_BYTES = 2;
export const H_MAX_THREADS = 3;
export const H_SCHEMA_OFFSET = 4;
export const H_SCHEMA_BYTES = 5;
export const H_QUARANTINE = 6;
/** The most bytes that may be given out: index in 8-byte words, a double. */
export const H_MAX_BYTES = 4;
/** When the memory was made, in milliseconds since 1970: index in 8-byte words, a double. */
export const H_STARTED = 5;
export const H_BUMP = 32;
export const H_SLOTS_USED = 64;
export const H_READ_RETRIES = 66;
export const H_REFUSED_UPDATES = 68;

/** Index of the first free-block head, in 8-byte words. */
export const FREE_HEADS = 384 / 8;
/** Size classes of recycled blocks: 1, 2, 4, ... 2^23 lines. */
export const BLOCK_CLASSES = 24;

// Thread slots.
export const SLOTS_OFFSET = 640;
export const SLOT_BYTES = 256;
/**
 * State and generation, see `threads/slot_directory.ts`. On its own pair of lines: the owner's hot
 * path loads it.
 */
export const SLOT_CONTROL = 0;
/** Reference of the slot's thread block, 0 while it has none. */
export const SLOT_BLOCK = 1;
/** The control word's generation for which the name below was written. */
export const SLOT_NAME_GENERATION = 4;
export const SLOT_NAME_LENGTH = 5;
/** First UTF-16 code unit of the name, as an index of 2-byte units within the slot. */
export const SLOT_NAME_UNITS = 64;
/** The longest name of a thread, in UTF-16 code units. */
export const NAME_UNITS = 64;

// Metric control blocks.
export const METRIC_BYTES = 256;
/** 24 references of bucket segments come first. */
export const M_LOG_END = 32;
/** How many buckets were destroyed, modulo 2^32. */
export const M_DESTROYED = 33;
/** Updates sent to the overflow series: index in 8-byte words. */
export const M_OVERFLOWED_U64 = 18;
/** The clock of a gauge of which the latest value counts: index in 8-byte words. */
export const M_CLOCK_U64 = 20;

/** Segments a directory can hold: 64 x (2^24 - 1) buckets. */
export const DIRECTORY = 24;
/** Entries of a label log. A power of two. */
export const LOG_ENTRIES = 1024;

// Bucket segments.
/** Ids whose use one word of `used` tells. */
export const IDS_PER_WORD = 32;

// Record segments: the rescue slot's words, in front of its fields.
export const RESCUE_SEQUENCE = 0;
export const RESCUE_OFFSET = 1;
export const RESCUE_VERSION = 2;
export const RESCUE_HEADER_BYTES = 16;

// Label blocks: word indices.
export const L_STAMP = 0;
export const L_METRIC = 1;
export const L_ID = 2;
export const L_EPOCH = 3;
/** Next free block while the block is free. */
export const L_NEXT = 4;
export const L_KIND = 5;
export const L_CLASS = 6;
export const L_LENGTHS = 8;

/** Rounds up to a multiple of `unit`, a power of two. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/**
 * Index in `i32` of the word at byte `offset`. Truncated to an integer, though it is one: a quotient is a double to
 * JavaScriptCore, and every access with it costs several times as much.
 */
export function wordIndex(offset: number): number {
  return (offset / 4) | 0;
}

/** Index in `f64` and `u64` of the 8 bytes at byte `offset`; it is also the reference of a block that starts there. */
export function longIndex(offset: number): number {
  return (offset / 8) | 0;
}
