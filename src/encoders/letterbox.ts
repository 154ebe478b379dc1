/** A rectangle in whole pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where a picture lands when it is fitted into the middle of a square, its proportions kept. */
export function letterbox(width: number, height: number, size: number): Rectangle {
  const scale = size / Math.max(width, height);
  const fitted = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { x: Math.floor((size - fitted.width) / 2), y: Math.floor((size - fitted.height) / 2), ...fitted };
}
