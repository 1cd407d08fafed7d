/**
 * Makes pictures of screens a third as large: of their some thousand colours the 256 most frequent
 * are kept, and the others, of smoothed edges of letters, take the nearest of these.
 *
 * @module
 */
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = 8;
/** Length, name and checksum. */
const AROUND = 12;

interface Image {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each point. */
  readonly points: Uint8Array;
}

/**
 * The same picture with a palette. Takes 8 bits of red, green and blue, as Chromium writes them.
 */
export function smallPng(png: Uint8Array): Uint8Array {
  const image = decode(png);
  const { palette, indices } = reduce(image);
  const { width, height } = image;
  const rows = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8);
  return join([
    png.subarray(0, SIGNATURE),
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function decode(png: Uint8Array): Image {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const data: Uint8Array[] = [];
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (png[24] !== 8 || png[25] !== 2 || png[28] !== 0) {
    throw new TypeError(
      "Cannot make the picture smaller: 8 bits of red, green and blue are required",
    );
  }
  for (let at = SIGNATURE; at < png.length;) {
    const length = view.getUint32(at);
    const name = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (name === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += length + AROUND;
  }
  return { width, height, points: unfilter(inflateSync(join(data)), width * 3, height) };
}

/** Each row says in its first byte what its others are the differences to. */
function unfilter(raw: Uint8Array, stride: number, height: number): Uint8Array {
  const points = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < 3 ? 0 : points[at - 3];
      const above = y === 0 ? 0 : points[at - stride];
      const corner = x < 3 || y === 0 ? 0 : points[at - stride - 3];
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = above;
      else if (filter === 3) guess = (left + above) >> 1;
      else if (filter === 4) guess = nearestOf(left, above, corner);
      points[at] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return points;
}

/** The Paeth predictor of the PNG specification. */
function nearestOf(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - above);
  const c = Math.abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

function reduce({ points }: Image): { palette: Uint8Array; indices: Uint8Array } {
  const colors = new Uint32Array(points.length / 3);
  const counts = new Map<number, number>();
  for (let n = 0; n < colors.length; n++) {
    const color = points[n * 3] << 16 | points[n * 3 + 1] << 8 | points[n * 3 + 2];
    colors[n] = color;
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([color]) => color);
  const parts = (color: number) => [color >> 16, color >> 8 & 255, color & 255];
  const palette = Uint8Array.from(frequent.flatMap(parts));
  const nearest = new Map<number, number>();
  for (const color of counts.keys()) {
    const [red, green, blue] = parts(color);
    let best = 0;
    let least = Infinity;
    for (let i = 0; i < frequent.length; i++) {
      const distance = (palette[i * 3] - red) ** 2 + (palette[i * 3 + 1] - green) ** 2 +
        (palette[i * 3 + 2] - blue) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    nearest.set(color, best);
  }
  return {
    palette,
    indices: Uint8Array.from(colors, (color) => nearest.get(color)!),
  };
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = join([new TextEncoder().encode(name), data]);
  const ends = new DataView(new ArrayBuffer(8));
  ends.setUint32(0, data.length);
  ends.setUint32(4, crc32(body));
  const around = new Uint8Array(ends.buffer);
  return join([around.subarray(0, 4), body, around.subarray(4)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
