import { UnsupportedCaptureError } from "./capture_error.ts";

/** The packets of a capture whose frames nobody here understands, by link type. */
export class UnknownLinkTypes {
  readonly #found: Map<number, { offset: number; packets: number }> = new Map();

  /** Adds packets, the first of which is at byte `offset` of the capture. */
  add(linkType: number, offset: number, packets: number): void {
    const found = this.#found.get(linkType);
    if (found) found.packets += packets;
    else this.#found.set(linkType, { offset, packets });
  }

  /** One error for each link type, in the order of their first packets. */
  errors(): UnsupportedCaptureError[] {
    return Array.from(
      this.#found,
      ([linkType, { offset, packets }]) =>
        new UnsupportedCaptureError(
          `Cannot decode the packet at byte ${offset}: a link type that is understood is required, got ` +
            `link type ${linkType}; its packets (${packets}) count, but belong to no flow`,
          offset,
        ),
    );
  }
}
