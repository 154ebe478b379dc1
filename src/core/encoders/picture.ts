import type { Framing } from './preset';
import type { Pixels } from './session';

/** A rectangle in whole pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Position of a picture in the encoder's square: whole and centred with its proportions (`letterbox`), stretched over all of
 * it (`stretch`), or centred and filling it, with the excess cut off (`crop`; x and y may then be negative).
 */
export function frame(width: number, height: number, { size, fit, shortestEdge }: Framing): Rectangle {
  if (fit === 'stretch') return { x: 0, y: 0, width: size, height: size };
  const scale =
    fit === 'crop' ? Math.max(shortestEdge ?? size, size) / Math.min(width, height) : size / Math.max(width, height);
  const fitted = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { x: Math.floor((size - fitted.width) / 2), y: Math.floor((size - fitted.height) / 2), ...fitted };
}

/** A decoded picture: interleaved bytes of red, green and blue, opaque. */
export interface Bitmap {
  width: number;
  height: number;
  /** Bytes of a pixel; a fourth one is ignored. */
  channels: 3 | 4;
  data: ArrayLike<number>;
}

/**
 * Fits a picture into the encoder's square and fills the rest with white. The same code runs in Node and in browsers, so that
 * both give the encoder the same pixels.
 * @param framing letterboxed with the filter `mitchell` by default
 * @returns [3, size, size], 0..1
 */
export function framed(bitmap: Bitmap, framing: Framing): Pixels {
  const { size, filter = 'mitchell' } = framing;
  const at = frame(bitmap.width, bitmap.height, framing);
  const scaled = resampled(bitmap, at, filter);
  const pixels = new Float32Array(3 * size * size).fill(1);
  const [left, right] = [Math.max(0, at.x), Math.min(size, at.x + at.width)];
  for (let channel = 0; channel < 3; channel++) {
    for (let y = Math.max(0, at.y); y < Math.min(size, at.y + at.height); y++) {
      const from = (channel * at.height + y - at.y) * at.width - at.x;
      const to = (channel * size + y) * size;
      for (let x = left; x < right; x++) pixels[to + x] = Math.min(1, Math.max(0, scaled[from + x] / 255));
    }
  }
  return pixels;
}

type Filter = NonNullable<Framing['filter']>;

/** A filter: its value at a distance, and the distance from which it is 0, in pixels of the smaller picture. */
interface Kernel {
  support: number;
  at(distance: number): number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Cubic filters of Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988), equation 8. */
const cubic = (b: number, c: number): Kernel => ({
  support: 2,
  at(distance) {
    const x = Math.abs(distance);
    if (x < 1) return ((12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + (6 - 2 * b)) / 6;
    if (x < 2)
      return ((-b - 6 * c) * x ** 3 + (6 * b + 30 * c) * x ** 2 + (-12 * b - 48 * c) * x + (8 * b + 24 * c)) / 6;
    return 0;
  },
});

const KERNELS: Record<Filter, Kernel> = {
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: cubic(0, 0.5),
  lanczos: { support: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  mitchell: cubic(1 / 3, 1 / 3),
};

/**
 * Factor by which boxes of pixels are averaged before the filter: it then reduces by two to four, which costs little and looks the
 * same.
 */
const boxOf = (from: number, to: number): number => Math.max(1, Math.floor(from / to / 2));

/** Scales a picture. @returns [3, height, width], about 0..255 */
function resampled(
  bitmap: Bitmap,
  { width, height }: Pick<Rectangle, 'width' | 'height'>,
  filter: Filter,
): Float32Array {
  const boxes = { x: boxOf(bitmap.width, width), y: boxOf(bitmap.height, height) };
  const small = averaged(bitmap, boxes.x, boxes.y);
  const across = filterWeights(bitmap.width / boxes.x, small.width, width, filter);
  const down = filterWeights(bitmap.height / boxes.y, small.height, height, filter);
  const out = new Float32Array(3 * height * width);
  const channel = new Float32Array(small.height * width);
  for (let c = 0; c < 3; c++) {
    const [from, to] = [c * small.height * small.width, c * height * width];
    filterRows(small.data.subarray(from, from + small.height * small.width), small.width, across, channel);
    filterColumns(channel, width, down, out.subarray(to, to + height * width));
  }
  return out;
}

/** The weights of a filter: for each pixel of the copy, those of `taps` pixels of the line from `first` on; they add up to 1. */
interface FilterWeights {
  first: Int32Array;
  taps: number;
  /** [pixels, taps] */
  values: Float32Array;
}

/** Scales each row. @param width of the rows @param out [rows, pixels] */
function filterRows(
  rows: Float32Array,
  width: number,
  { first, taps, values }: FilterWeights,
  out: Float32Array,
): void {
  const pixels = first.length;
  for (let from = 0, to = 0; from < rows.length; from += width, to += pixels) {
    for (let x = 0, at = 0; x < pixels; x++) {
      let sum = 0;
      for (let n = 0, start = from + first[x]; n < taps; n++) sum += values[at++] * rows[start + n];
      out[to + x] = sum;
    }
  }
}

/** Scales each column. @param width of the rows, which stays @param out [pixels, width], zeros */
function filterColumns(
  rows: Float32Array,
  width: number,
  { first, taps, values }: FilterWeights,
  out: Float32Array,
): void {
  for (let y = 0, at = 0; y < first.length; y++) {
    const to = y * width;
    for (let n = 0, from = first[y] * width; n < taps; n++, from += width) {
      const weight = values[at++];
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) out[to + x] += weight * rows[from + x];
    }
  }
}

/** Means of boxes of pixels. @returns [3, height, width] */
function averaged(
  { width, height, channels, data }: Bitmap,
  boxWidth: number,
  boxHeight: number,
): { width: number; height: number; data: Float32Array } {
  const small = { width: Math.ceil(width / boxWidth), height: Math.ceil(height / boxHeight) };
  const area = small.width * small.height;
  const sums = new Float32Array(3 * area);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / boxHeight) * small.width;
    for (let x = 0, cell = row, left = boxWidth; x < width; x++, at += channels) {
      sums[cell] += data[at];
      sums[area + cell] += data[at + 1];
      sums[2 * area + cell] += data[at + 2];
      if (--left === 0) {
        cell++;
        left = boxWidth;
      }
    }
  }
  if (boxWidth * boxHeight === 1) return { ...small, data: sums };
  for (let y = 0, cell = 0; y < small.height; y++) {
    const rows = Math.min(boxHeight, height - y * boxHeight);
    for (let x = 0; x < small.width; x++, cell++) {
      const count = rows * Math.min(boxWidth, width - x * boxWidth);
      for (let channel = 0; channel < 3; channel++) sums[channel * area + cell] /= count;
    }
  }
  return { ...small, data: sums };
}

/**
 * @param length of the line in its pixels; the last of them may be cut off
 * @param count number of its pixels
 * @param target number of pixels of the copy
 */
function filterWeights(length: number, count: number, target: number, filter: Filter): FilterWeights {
  const scale = length / target;
  const { support, at } = KERNELS[filter];
  const reach = Math.max(1, scale);
  const taps = Math.min(count, Math.ceil(2 * support * reach) + 1);
  const weights = { first: new Int32Array(target), taps, values: new Float32Array(target * taps) };
  for (let n = 0; n < target; n++) {
    const center = (n + 0.5) * scale;
    const first = Math.max(0, Math.min(count - taps, Math.floor(center - support * reach)));
    const values = Array.from({ length: taps }, (_, k) => at((first + k + 0.5 - center) / reach));
    const sum = values.reduce((total, value) => total + value, 0);
    weights.first[n] = first;
    for (let k = 0; k < taps; k++) weights.values[n * taps + k] = values[k] / sum;
  }
  return weights;
}
