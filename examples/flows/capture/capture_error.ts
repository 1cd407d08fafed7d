/**
 * Why a file cannot be read as a capture, or not any further. `offset` is the
 * byte at which the thing that is wrong begins, counted in the capture itself:
 * after decompression if the file is gzipped.
 */
export class CaptureError extends Error {
  override name = "CaptureError";
  readonly offset: number;

  constructor(message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.offset = offset;
  }
}

/** The file has no bytes at all. */
export class EmptyCaptureError extends CaptureError {
  override name = "EmptyCaptureError";
}

/** The file begins with none of the magic numbers of a capture. */
export class NotACaptureError extends CaptureError {
  override name = "NotACaptureError";
}

/** The file ends inside a header, a record or a block. */
export class TruncatedCaptureError extends CaptureError {
  override name = "TruncatedCaptureError";
}

/** A length, an interface number or compressed data that cannot be right. */
export class DamagedCaptureError extends CaptureError {
  override name = "DamagedCaptureError";
}

/** A capture, but of a variant that this reader does not know. */
export class UnsupportedCaptureError extends CaptureError {
  override name = "UnsupportedCaptureError";
}
