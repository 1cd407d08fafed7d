import { EventEmitter } from "node:events";
import type { NodeRequest, NodeResponse } from "../../src/http/node_types.ts";

/** A request that no client would send, or no parser let through. */
export function fakeRequest(given: Partial<NodeRequest> = {}): NodeRequest {
  return { method: "GET", url: "/", headers: {}, ...given };
}

/** A response that only notes. */
export class FakeResponse extends EventEmitter implements NodeResponse {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  destroyed = false;
  readonly headers = new Map<string, string | string[]>();
  /** The body so far. */
  text = "";
  /** What `write` returns. */
  hasRoom = true;

  getHeader(name: string): string | string[] | undefined {
    return this.headers.get(name);
  }
  setHeader(name: string, value: string | string[]): void {
    if (this.headersSent) throw new Error("Headers were sent");
    this.headers.set(name, value);
  }
  removeHeader(name: string): void {
    if (this.headersSent) throw new Error("Headers were sent");
    this.headers.delete(name);
  }
  write(chunk: Uint8Array): boolean {
    if (this.writableEnded || this.destroyed) {
      throw new Error("Written after the end");
    }
    this.headersSent = true;
    this.text += new TextDecoder().decode(chunk);
    return this.hasRoom;
  }
  end(): void {
    if (this.writableEnded || this.destroyed) {
      throw new Error("Ended after the end");
    }
    this.headersSent = true;
    this.writableEnded = true;
    this.emit("close");
  }
  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
  /** Comes true when the response is over. */
  get over(): Promise<void> {
    if (this.writableEnded || this.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.once("close", resolve));
  }
}
