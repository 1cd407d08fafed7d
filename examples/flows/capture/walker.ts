import type { CaptureError } from "./capture_error.ts";
import type { CaptureLayout } from "./capture_layout.ts";
import type { UnknownLinkTypes } from "./unknown_link_types.ts";

/**
 * Finds the boundaries of records, so that a capture can be cut into slices,
 * and checks what a worker must be able to rely on. It reads headers only.
 */
export interface Walker {
  /** What {@linkcode Walker.walk} knows at its end about the records it passed. */
  readonly layout: CaptureLayout;
  /** The packets among the records whose frames nobody here understands. */
  readonly unknownLinkTypes: UnknownLinkTypes;

  /**
   * Walks the records between `from` and `to`.
   *
   * @param view The memory that holds them
   * @param from Where a record starts
   * @param to Where the bytes read so far end
   * @param offset The position of `from` in the capture
   */
  walk(view: DataView, from: number, to: number, offset: number): Walk;

  /** The error for a file that ends with only `length` bytes of the record at `at`. */
  truncated(view: DataView, at: number, length: number, offset: number): CaptureError;
}

/** How far a walk came. */
export interface Walk {
  /** Where the last whole record that goes into this slice ends. */
  readonly end: number;
  /** Packets among the records. */
  readonly packets: number;
  /** Whether the slice must end here although more follows: the layout changes. */
  readonly cut: boolean;
  /** Bytes after `end` to pass over unread: a big block that holds no packets. */
  readonly skip: number;
  /** What is wrong at `end`, if anything is. */
  readonly damage: CaptureError | undefined;
}
