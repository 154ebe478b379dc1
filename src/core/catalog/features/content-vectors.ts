import type { Manifest } from '../bundle/manifest';
import { dequantize, type FeatureTable } from './feature-table';

/** How items are compared by content: tap and weight of each modality. */
export interface ContentBlend {
  /** Index of the tap, and the weight of its cosine, 0 to 1. */
  text: { tap: number; weight: number };
  image: { tap: number; weight: number };
}

export function contentBlend({ modalities }: Pick<Manifest, 'modalities'>): ContentBlend {
  const { text, image } = modalities;
  return {
    text: { tap: text.contentTap, weight: text.contentWeight },
    image: { tap: image.contentTap, weight: image.contentWeight },
  };
}

/** Unit content vectors of a catalogue: text content tap ++ image content tap. */
export interface ContentVectors {
  count: number;
  /** 2D */
  width: number;
  /** [count * width], rows of length 1 (or 0 for an item without features). */
  values: Float32Array;
}

/** Scales the row that starts at `start` to `length`; a zero row stays zero. */
export function scaleRow(values: Float32Array, start: number, width: number, length = 1): void {
  let sum = 0;
  for (let d = start; d < start + width; d++) sum += values[d] * values[d];
  if (sum === 0) return;
  const scale = length / Math.sqrt(sum);
  for (let d = start; d < start + width; d++) values[d] *= scale;
}

/**
 * Content vectors from one tap of each modality, each scaled to length sqrt(weight), which makes the dot product of two
 * items the weighted mean of their cosines; an item with one modality is compared only by that one.
 */
export function contentVectors(table: FeatureTable, blend: ContentBlend): ContentVectors {
  const { count, dim } = table;
  const width = 2 * dim;
  const values = new Float32Array(count * width);
  const CHUNK = 1024;
  for (let first = 0; first < count; first += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - first) }, (_, n) => first + n);
    for (const [part, modality] of (['text', 'image'] as const).entries()) {
      const taps = dequantize(table, modality, rows);
      const perItem = table.taps[modality] * dim;
      const { tap, weight } = blend[modality];
      for (let n = 0; n < rows.length; n++) {
        const from = n * perItem + tap * dim;
        const to = (first + n) * width + part * dim;
        values.set(taps.subarray(from, from + dim), to);
        scaleRow(values, to, dim, Math.sqrt(weight));
      }
    }
  }
  for (let i = 0; i < count; i++) scaleRow(values, i * width, width);
  return { count, width, values };
}
