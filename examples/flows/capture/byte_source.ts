/** Bytes to be pulled: of a capture, or of a file that holds one in gzip's format. */
export interface ByteSource {
  /** Bytes of the file read so far, compressed as they are. */
  readonly consumed: number;
  /** Bytes of the file in all; undefined for a pipe. */
  readonly size: number | undefined;
  /** Fills the start of `into` and says how much of it; 0 at the end only. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** The bytes of a file as it is. */
export interface FileSource extends ByteSource {
  /** Makes the next read begin with bytes that were read before. */
  unread(bytes: Uint8Array): void;
  /** Reads from any place, where the file allows that: not from a pipe. */
  readonly readAt: ((into: Uint8Array, position: number) => Promise<number>) | undefined;
}
