/**
 * Layout of the shared memory: its map, and the offsets of all parts of fixed size.
 *
 * Offsets that depend on sizes are computed elsewhere from these constants: that of the metric
 * directory in `header.ts`, of a definition block's parts in `definition_log.ts`, of a bucket
 * segment's parts in `buckets/bucket_table.ts`, and of a cell segment's parts in the `*_layout.ts`
 * files of `metrics/`.
 *
 * ```text
 * byte 0     header            magic, layout version, sizes, time; written once
 *      128   bump              number of the first free 64-byte line; any thread, compare-exchange
 *      256   tallies           thread slots used so far, read retries, refused updates; slow paths
 *      384   free memory       tagged top of the free label heads | newest extent map, tallies
 *      640   thread slots      256 bytes each: control word, block, owner, turns | name
 *      ...   metric directory  a reference of a definition block for each entry of the log
 *      ...   (staticBytes)     from here on allocated by `arena.ts`; the last column: who writes
 *
 * definition block header | control blocks, 256 bytes each | definitions as JSON in UTF-8  definer
 * control block    bucket directory i32[24] | end of the label log, tallies, clock         any
 * label log        1024 entries of 8 bytes                                                 any
 * bucket segment   epochs i32[n] | used i32[n/32] | full i32[n/1024] | label words u64[n]  any
 * thread block     column directory i32[24] | pool | the first 64 columns | the first pool  owner
 * column           a reference of a cell segment, or of a directory of them                owner
 * counter segment  cells f64[n] | tags i32[n]                                              owner
 * gauge segment    values f64[n] | tags i32[n] | tenures i32[n]                            owner
 * histogram segm.  references of blocks i32[n]; a block: head, bins f64                    owner
 * record segment   rescue slot | versions i32[n] | slots f64[n x 2 x (fields + 1)]         owner
 * exemplars        in the metric's second column: see `metrics/exemplars/`                 owner
 * label head       header i32[8] | the first 16 UTF-16 units of the text                   creator
 * label extent     the other units                                                         creator
 * extent map       header i32[4] | a bit for each of 16,384 lines, set while it is free    any
 * ```
 *
 * A reference to a block is its byte offset divided by 8. Indices of 32-bit words must stay below
 * 2^31, so the memory is smaller than 8 GiB.
 *
 * @module
 */

/** The first word of the memory: "TSST". */
export const MAGIC = 0x54535354;
/** Raised by every change of the layout that makes older memory unreadable. */
export const LAYOUT_VERSION = 4;

/** The unit of allocation in bytes: a cache line. */
export const LINE = 64;
/**
 * Blocks written by different threads are at least this many bytes apart, because Intel's
 * prefetcher loads lines in aligned pairs. crossbeam's `CachePadded` cites the Intel optimization
 * manual for this; folly uses the same distance.
 */
export const LINE_PAIR = 128;

// Header: indices of 32-bit words, unless stated otherwise.
export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_STATIC_BYTES = 2;
export const H_MAX_THREADS = 3;
/** The most metrics that can be defined. */
export const H_MAX_METRICS = 4;
export const H_QUARANTINE = 5;
/** `maxByteLength`, the limit of allocation in bytes: index in 8-byte words; a double. */
export const H_MAX_BYTES = 4;
/** When the memory was created, in milliseconds since 1970: index in 8-byte words; a double. */
export const H_STARTED = 5;
/** Distinguishes this memory from others: index in 8-byte words. 0 until a thread asks for it. */
export const H_IDENTITY = 6;
/** Number of the first line that was never allocated. */
export const H_BUMP = 32;
/** Number of thread slots used so far: readers look at no others. */
export const H_SLOTS_USED = 64;
/** Number of copies of records that readers had to repeat. */
export const H_READ_RETRIES = 66;
/** Number of updates refused because the thread was no longer registered. */
export const H_REFUSED_UPDATES = 68;
/** When a thread last searched for dead threads: in seconds, modulo 2^32. */
export const H_SWEPT = 70;
/** Number of other memories of the same name that threads of this one have learnt of. */
export const H_OTHER_MEMORIES = 72;
/**
 * Advances whenever a metric may be used for the first time, modulo 2^32: see
 * `memory/first_use.ts`.
 */
export const H_FIRST_USES = 74;

/** Tag and top of the free list of label heads: index in 8-byte words. */
export const FREE_HEADS = 384 / 8;
/** Holds the index in `i32` of the newest extent map; 0 while there is none. */
export const H_EXTENT_MAPS = 98;
/** Number of label heads allocated so far. */
export const H_HEADS = 100;
/** Number of times that lines were given back, modulo 2^32. */
export const H_EXTENTS_FREED = 99;

// Thread slots: indices of 32-bit words within the slot, unless stated otherwise.
export const SLOTS_OFFSET = 640;
export const SLOT_BYTES = 256;
/**
 * State and generation, see `threads/control_word.ts`. The owner's hot path loads it, so nothing
 * that is written often stands in its pair of lines.
 */
export const SLOT_CONTROL = 0;
/** Reference of the slot's thread block; 0 while it has none. */
export const SLOT_BLOCK = 1;
/** Generation of the tenure to which the name below belongs. */
export const SLOT_NAME_GENERATION = 4;
export const SLOT_NAME_LENGTH = 5;
/**
 * Generation of the tenure to which the owner below belongs, and the owner's process: the halves of
 * one 8-byte word.
 */
export const SLOT_OWNER_GENERATION = 8;
export const SLOT_OWNER_PROCESS = 9;
export const SLOT_OWNER_THREAD = 10;
/** When the owner registered, in milliseconds since 1970: index in 8-byte words; a double. */
export const SLOT_SINCE_F64 = 6;
/** Names the lock that the owner holds for its whole life: index in 8-byte words. */
export const SLOT_LIFE_U64 = 7;
/** Number of ancestors of the owner that follow. */
export const SLOT_ANCESTOR_COUNT = 11;
/** The first of at most 8 ancestors. */
export const SLOT_ANCESTORS = 16;
/**
 * Control word of the tenure whose turns of the event loop the words below describe. They are
 * written once in a period, by the thread whose hot path loads the control word, so they may stand
 * in its pair of lines.
 */
export const SLOT_TURN_CONTROL = 6;
/** When a suspension ended, by the owner's clock in ms; -Infinity: index in 8-byte words. */
export const SLOT_RESUMED_F64 = 1;
/** The latest turn, by the owner's clock in ms: index in 8-byte words; a double, as the next three. */
export const SLOT_TURN_F64 = 12;
/** The wall clock minus the owner's clock at that turn, in ms. */
export const SLOT_TURN_OFFSET_F64 = 13;
/** `performance.timeOrigin` of the owner. */
export const SLOT_TURN_ORIGIN_F64 = 14;
/** Milliseconds from one turn to the next one. */
export const SLOT_TURN_PERIOD_F64 = 15;
/** First UTF-16 code unit of the name: index in 2-byte units within the slot. */
export const SLOT_NAME_UNITS = 64;
/** Maximum length of a thread's name, in UTF-16 code units. */
export const NAME_UNITS = 64;

// Definition blocks: indices of 32-bit words. Control blocks follow at `DEFINITION_HEADER_BYTES`.
/** Number of metrics that the block defines. */
export const D_METRICS = 0;
/** Length of the definitions' text in bytes. */
export const D_TEXT_BYTES = 1;
/** Where the text begins, in bytes from the beginning of the block. */
export const D_TEXT_OFFSET = 2;
export const DEFINITION_HEADER_BYTES = LINE_PAIR;

// Metric control blocks: indices of 32-bit words within the block, unless stated otherwise.
export const METRIC_BYTES = 256;
/**
 * Number of entries of the label log, modulo 2^32. The 24 references of bucket segments precede it.
 */
export const M_LOG_END = 32;
/** Number of buckets destroyed so far, modulo 2^32. */
export const M_DESTROYED = 33;
/** Reference of the label log's ring; 0 before the first creation. */
export const M_LOG_RING = 34;
/** 1 from before the first use: before a thread has a cell, or the first bucket is created. */
export const M_USED = 35;
/** Number of updates sent to the overflow series: index in 8-byte words. */
export const M_OVERFLOWED_U64 = 18;
/** 1 from before a thread has memory for an exemplar of the metric. */
export const M_EXEMPLARS = 38;
/**
 * Clock of a gauge with `aggregate: "latest"`, which stamps its values, and of counters and
 * histograms, which stamps their exemplars: index in 8-byte words.
 */
export const M_CLOCK_U64 = 20;

/** Number of segments in a directory, enough for 64 x (2^24 - 1) buckets. */
export const DIRECTORY = 24;

// Thread blocks: indices of 32-bit words within the block, unless stated otherwise. The references
// of the segments of columns precede the pool; those segments double in size as buckets' do.
/** End (high half) and beginning of the unused part of the pool: index in 8-byte words. */
export const T_POOL_U64 = 12;
/** The first segment of columns. */
export const T_COLUMNS = 32;
/** `log2` of the number of columns in the first segment. */
export const COLUMNS_SHIFT = 6;
/** Byte offset in the block of the first pool. */
export const T_POOL_OFFSET = T_COLUMNS * 4 + 64 * 4;
export const THREAD_BLOCK_BYTES = 512;
/** Number of entries in a label log's ring; a power of two. */
export const LOG_ENTRIES = 1024;

// Bucket segments.
/** Number of ids whose hints share one word of `used`. */
export const IDS_PER_WORD = 32;

// Record segments: words of the rescue slot, which precede its fields.
export const RESCUE_SEQUENCE = 0;
export const RESCUE_OFFSET = 1;
export const RESCUE_VERSION = 2;
export const RESCUE_HEADER_BYTES = 16;

// Label heads: indices of 32-bit words.
/** Position in the label log + 1; 0 while the head belongs to no creation. */
export const L_STAMP = 0;
export const L_METRIC = 1;
export const L_ID = 2;
export const L_EPOCH = 3;
/** Reference of the next free head, while this head is free. */
export const L_NEXT = 4;
export const L_KIND = 5;
/** Length of the text in UTF-16 units, including the lengths of the values. */
export const L_UNITS = 6;
/** Reference of the extent that holds the rest of the text; 0 if there is none. */
export const L_EXTENT = 7;
/** First word of the text. */
export const L_TEXT = 8;
/** Number of units of the text that fit into the head. */
export const L_TEXT_UNITS = 16;

// Extent maps: indices of 32-bit words.
/** Number of the region whose lines the map describes. */
export const MAP_REGION = 0;
/** Index in `i32` of the next older map. */
export const MAP_NEXT = 1;
/** An upper bound of the number of bits set: while it is 0, no bit needs to be looked at. */
export const MAP_FREE = 2;
export const MAP_BITS = 4;
/** Number of lines in a region, one bit each. */
export const REGION_LINES = 16384;
/** Number of words of bits. */
export const MAP_WORDS = REGION_LINES / 32;
export const MAP_BYTES = (MAP_BITS + MAP_WORDS) * 4;

/** Rounds `value` up to a multiple of `unit`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/**
 * Index in `i32` of the word at byte `offset`. The quotient is an integer already; `| 0` tells
 * JavaScriptCore so, which would treat it as a double and make every access several times as slow.
 */
export function wordIndex(offset: number): number {
  return (offset / 4) | 0;
}

/**
 * Index in `f64` and `u64` of the 8 bytes at byte `offset`. It is also the reference of a block
 * that starts there.
 */
export function longIndex(offset: number): number {
  return (offset / 8) | 0;
}
