/**
 * The colours and the font of what is drawn. They come from the style sheet, so that both themes
 * have one source.
 *
 * @module
 */

/** Names of colours. */
export type Ink = "text" | "muted" | "line" | "surface" | "accent" | "accent-fill" | "p50" | "p99";

let colors: Partial<Record<string, string>> = {};
let heat: string[] = [];
let font = "";

/** Reads them anew: at the start, and when the theme has changed. */
export function readInk(): void {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const names: Ink[] = ["text", "muted", "line", "surface", "accent", "accent-fill", "p50", "p99"];
  colors = Object.fromEntries(names.map((name) => [name, get(name)]));
  heat = [1, 2, 3, 4, 5, 6, 7].map((step) => get(`heat-${step}`));
  font = get("sans");
}

/** A colour. */
export function ink(name: Ink): string {
  return colors[name] ?? "";
}

/** The colour of a step of the heat map, 0 to 6. */
export function heatInk(step: number): string {
  return heat[step];
}

/** The font of labels, for a canvas. */
export function inkFont(pixels: number): string {
  return `${pixels}px ${font}`;
}

/** Canvases are measured once for each size of the window: to ask costs a layout. */
let sizes = 1;
const measured = new WeakMap<HTMLCanvasElement, number>();

/** All canvases have to be measured anew. */
export function resizeCanvases(): void {
  sizes++;
}

/** Makes a canvas as large as its box, and gives its context. */
export function sized(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  if (measured.get(canvas) !== sizes && canvas.clientWidth > 0) {
    measured.set(canvas, sizes);
    canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
    canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
  }
  return canvas.getContext("2d")!;
}
