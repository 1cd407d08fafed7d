/**
 * The parts of a cell segment, for those who copy it while its owner writes: which words say
 * whether the others are one whole.
 *
 * @module
 */

/**
 * Values that have tags. Whoever copies the tags first, the values afterwards, and last of all what
 * the tags are compared with (the buckets' epochs, the threads' control words) has only values that
 * belong to their tags where these agree.
 */
export interface TaggedCells {
  readonly form: "tagged";
  /** Byte offset and size of the tags. */
  readonly tags: readonly [offset: number, bytes: number];
  /** Byte offset and size of the values. */
  readonly values: readonly [offset: number, bytes: number];
}

/** References to blocks, one for each bucket; 0 while there is none. A block begins with its tag. */
export interface BlockCells {
  readonly form: "blocks";
  /** The size in bytes of a block. */
  readonly blockBytes: number;
}

/**
 * Two slots for each bucket, and a version that names the one with the latest commit. A copy of that
 * slot is whole if the version is the same before and after it.
 */
export interface VersionedCells {
  readonly form: "versioned";
  /** Byte offset of the versions, 4 bytes each. */
  readonly versions: number;
  /** Byte offset of the slots. */
  readonly slots: number;
  /** The size in bytes of one slot. */
  readonly slotBytes: number;
}

/** The parts of a segment of a kind's cells. */
export type CellParts = TaggedCells | BlockCells | VersionedCells;
