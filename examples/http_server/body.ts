/**
 * Reads the body of a request.
 *
 * @returns The bytes, none where there is no body; undefined if there are more than `limit`
 */
export async function readBody(
  body: AsyncIterable<Uint8Array> | null,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!body) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  // To its end in any case: a client that is still sending would not hear the answer.
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length <= limit) chunks.push(chunk);
  }
  if (length > limit) return undefined;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
