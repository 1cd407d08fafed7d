/**
 * Sparklines: small canvases, as hundreds of them change at a time.
 *
 * @module
 */
import { ink, sized } from "./ink.ts";

/**
 * Draws values from 0 (or the least, if that is below) to the greatest; a gap where nothing is
 * known.
 */
export function spark(canvas: HTMLCanvasElement, values: readonly number[] | undefined): void {
  const context = sized(canvas);
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  if (values === undefined || values.length < 2) return;
  let most = 0;
  let least = 0;
  for (const value of values) {
    if (value > most && value < Infinity) most = value;
    if (value < least && value > -Infinity) least = value;
  }
  context.strokeStyle = ink("accent");
  context.lineWidth = 1.25 * devicePixelRatio;
  context.lineJoin = "round";
  context.beginPath();
  const room = height - 3 * devicePixelRatio;
  const step = (width - devicePixelRatio) / (values.length - 1);
  let isDrawing = false;
  values.forEach((value, i) => {
    if (!isFinite(value)) {
      isDrawing = false;
      return;
    }
    const x = i * step + devicePixelRatio / 2;
    const part = most > least ? (value - least) / (most - least) : 0;
    const y = height - 1.5 * devicePixelRatio - part * room;
    if (isDrawing) context.lineTo(x, y);
    else context.moveTo(x, y);
    isDrawing = true;
  });
  context.stroke();
}
