/**
 * The functions of the system that are called.
 *
 * @module
 */

/** What is called, as each runtime's foreign functions are wrapped. All are synchronous. */
export interface SystemCalls {
  /** The address of a buffer's first byte. */
  address(bytes: Uint8Array): bigint;
  /** `open`, without `O_CREAT`: the path ends with a zero byte. */
  open(path: Uint8Array, flags: number): number;
  close(descriptor: number): number;
  /** `mmap`; the result is the address, or -1. */
  mmap(call: {
    readonly address: bigint;
    readonly length: number;
    readonly protection: number;
    readonly flags: number;
    readonly descriptor: number;
    readonly offset: number;
  }): bigint;
  /**
   * A plain buffer that shows memory at an address, without a copy. Nothing frees the memory when
   * the buffer is collected.
   *
   * @throws {Error} When the runtime refuses; the error says what to do.
   */
  view(address: bigint, length: number): ArrayBuffer;
  /** `fcntl` with a pointer as its third argument. */
  fcntl(descriptor: number, command: number, argument: Uint8Array): number;
  /** `geteuid`. */
  geteuid(): number;
}
