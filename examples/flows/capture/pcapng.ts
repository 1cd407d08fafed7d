// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html

export const SECTION_HEADER_BLOCK = 0x0a0d0d0a;
export const INTERFACE_BLOCK = 1;
/** The obsolete one. */
export const PACKET_BLOCK = 2;
export const SIMPLE_PACKET_BLOCK = 3;
export const ENHANCED_PACKET_BLOCK = 6;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type, length, and the length again at the end. */
export const MIN_BLOCK_BYTES = 12;
/** Where the bytes of the frame start in an enhanced or an obsolete packet block. */
export const PACKET_DATA = 28;
/** The same in a simple one. */
export const SIMPLE_PACKET_DATA = 12;
